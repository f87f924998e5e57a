package dev.spikelane.io.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Writes a megabyte to the file of its first argument; with a second argument it waits halfway. */
final class AtomicFileMain {

    private static final int BYTES = 1 << 20;

    private AtomicFileMain() {}

    public static void main(String[] arguments) {
        try {
            AtomicFile.write(Path.of(arguments[0]), channel -> {
                channel.write(ByteBuffer.allocate(BYTES / 2));
                if (arguments.length > 1) {
                    System.out.println("waiting");
                    await();
                }
                channel.write(ByteBuffer.allocate(BYTES / 2));
            });
        } catch (IOException refused) {
            System.out.println(refused.getMessage());
        }
    }

    private static void await() throws IOException {
        try {
            Thread.sleep(60_000);
        } catch (InterruptedException stopped) {
            throw new IOException(stopped);
        }
    }
}
