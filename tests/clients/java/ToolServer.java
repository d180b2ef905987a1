import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileInputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.security.Permission;
import java.security.Policy;
import java.security.ProtectionDomain;

/**
 * Runs Apache Kafka's command-line tools one after another in one virtual machine, as a table of
 * invocations needs them: starting a machine for each costs a second.
 *
 * <p>On standard input a run is: the class, its standard input, the number of arguments and the
 * arguments, each text a length and UTF-8. On standard output its answer: the exit code, what it
 * printed, what it printed on standard error. What a tool says after it has asked to exit is
 * dropped, as it would have been.
 */
public final class ToolServer {
    private static final class Exit extends SecurityException {
    }

    /** Stays what System.out is, whatever a tool or its logger kept of it. */
    private static final class Capture extends OutputStream {
        private ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        @Override
        public synchronized void write(int b) {
            if (exitCode == null) bytes.write(b);
        }

        @Override
        public synchronized void write(byte[] from, int start, int length) {
            if (exitCode == null) bytes.write(from, start, length);
        }

        synchronized byte[] take() {
            byte[] taken = bytes.toByteArray();
            bytes = new ByteArrayOutputStream();
            return taken;
        }
    }

    private static volatile Integer exitCode;

    private ToolServer() {
    }

    @SuppressWarnings("removal")
    public static void main(String[] arguments) throws IOException {
        DataInputStream in = new DataInputStream(new FileInputStream(FileDescriptor.in));
        DataOutputStream answers = new DataOutputStream(new FileOutputStream(FileDescriptor.out));
        Capture out = new Capture();
        Capture err = new Capture();
        System.setOut(new PrintStream(out, true));
        System.setErr(new PrintStream(err, true));
        // Only the exits are of interest; without a policy JMX would refuse Kafka's beans.
        Policy.setPolicy(new Policy() {
            @Override
            public boolean implies(ProtectionDomain domain, Permission permission) {
                return true;
            }
        });
        System.setSecurityManager(new SecurityManager() {
            @Override
            public void checkExit(int status) {
                if (exitCode == null) exitCode = status;
                throw new Exit();
            }

            @Override
            public void checkPermission(Permission permission) {
            }
        });
        err.take();
        while (true) {
            String name;
            try {
                name = new String(text(in), StandardCharsets.UTF_8);
            } catch (EOFException end) {
                Runtime.getRuntime().halt(0);
                return;
            }
            byte[] input = text(in);
            String[] words = new String[in.readInt()];
            for (int i = 0; i < words.length; i++) words[i] = new String(text(in), StandardCharsets.UTF_8);
            System.setIn(new ByteArrayInputStream(input));
            exitCode = null;
            run(name, words);
            System.out.flush();
            System.err.flush();
            int code = exitCode == null ? 0 : exitCode;
            exitCode = code;
            answers.writeInt(code);
            for (byte[] bytes : new byte[][] {out.take(), err.take()}) {
                answers.writeInt(bytes.length);
                answers.write(bytes);
            }
            answers.flush();
        }
    }

    private static byte[] text(DataInputStream in) throws IOException {
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        return bytes;
    }

    private static void run(String name, String[] words) {
        try {
            Class.forName(name).getMethod("main", String[].class).invoke(null, (Object) words);
        } catch (InvocationTargetException thrown) {
            if (exitCode != null) return;
            System.err.print("Exception in thread \"main\" ");
            thrown.getCause().printStackTrace();
            exitCode = 1;
        } catch (ReflectiveOperationException unusable) {
            unusable.printStackTrace();
            exitCode = 1;
        }
    }
}
