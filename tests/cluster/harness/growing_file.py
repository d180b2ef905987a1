"""A file that a process writes, read as it grows."""


class GrowingFile:
    def __init__(self, path):
        """Made, empty, so that it can be read before the process begins."""
        self.path = path
        self.position = 0
        with open(path, "wb"):
            pass

    def new_lines(self):
        """The whole lines that came since the last call."""
        with open(self.path, "rb") as file:
            file.seek(self.position)
            data = file.read()
        data = data[: data.rfind(b"\n") + 1]
        self.position += len(data)
        return data.decode().splitlines()
