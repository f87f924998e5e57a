package dev.spikelane.io.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/** Writes to a file, and adds its name to errors; the system's message is only "No space left on device". */
record NamedChannel(FileChannel channel, Path file) implements WritableByteChannel {

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        int count = bytes.remaining();
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            return count;
        } catch (ClosedByInterruptException interrupted) {
            throw FileText.interrupted(file, "written", interrupted);
        } catch (ClosedChannelException closed) {
            throw closed;
        } catch (IOException refused) {
            throw named(refused);
        }
    }

    void force() throws IOException {
        try {
            channel.force(true);
        } catch (ClosedByInterruptException interrupted) {
            throw FileText.interrupted(file, "written", interrupted);
        } catch (IOException refused) {
            throw named(refused);
        }
    }

    private FileSystemException named(IOException refused) {
        FileSystemException named =
                new FileSystemException(FileText.shown(file), null, "cannot be written, " + refused.getMessage());
        named.initCause(refused);
        return named;
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
