"""Our small Java programs of tests/clients/java: compiled once, run on the jars of a version."""
import fcntl
import glob
import hashlib
import os
import shutil
import subprocess

from . import places

SOURCES = os.path.join(places.ROOT, "tests", "clients", "java")


def compiled():
    """The folder of the classes, compiled when a source has changed; workers wait for each other."""
    sources = sorted(glob.glob(os.path.join(SOURCES, "*.java")))
    digest = hashlib.sha256()
    for source in sources:
        with open(source, "rb") as file:
            digest.update(file.read())
    parent = os.path.join(places.CACHE, "java-classes")
    os.makedirs(parent, exist_ok=True)
    classes = os.path.join(parent, digest.hexdigest()[:16])
    with open(os.path.join(parent, "lock"), "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(classes):
            scratch = os.path.join(parent, "scratch")
            shutil.rmtree(scratch, ignore_errors=True)
            subprocess.run(
                [shutil.which("javac"), "-cp", places.APACHE_KAFKA_LIBS + "/*", "-d", scratch, *sources],
                check=True,
            )
            os.rename(scratch, classes)
    return classes


def command(main, *arguments, libs=places.APACHE_KAFKA_LIBS, heap="256m", log4j="tools-log4j.properties"):
    return [
        places.java(), f"-Xmx{heap}", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto",
        f"-Dlog4j.configuration=file:{os.path.join(SOURCES, log4j)}", "-cp", f"{compiled()}:{libs}/*", main, *map(str, arguments),
    ]
