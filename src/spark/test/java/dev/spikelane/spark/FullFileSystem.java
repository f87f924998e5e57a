package dev.spikelane.spark;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;

/**
 * Local files below {@code full:///}, whose disk is full while there is a file that the configuration names: half of
 * what is written then arrives, and the rest fails. For any user, where a small disk would have to be mounted by root.
 */
public final class FullFileSystem extends RawLocalFileSystem {

    static final String MARK = "fs.full.mark";

    /** Makes it known to a session. */
    static void use(Configuration configuration, Path mark) {
        configuration.set("fs.full.impl", FullFileSystem.class.getName());
        configuration.set("fs.full.impl.disable.cache", "true");
        configuration.set(MARK, mark.toString());
    }

    @Override
    public String getScheme() {
        return "full";
    }

    @Override
    public URI getUri() {
        return URI.create("full:///");
    }

    @Override
    protected OutputStream createOutputStreamWithMode(
            org.apache.hadoop.fs.Path file, boolean append, FsPermission permission) throws IOException {
        Path mark = Path.of(getConf().get(MARK));
        return new FilterOutputStream(super.createOutputStreamWithMode(file, append, permission)) {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                boolean isFull = length > 0 && Files.exists(mark);
                out.write(bytes, offset, isFull ? length / 2 : length);
                if (isFull) {
                    throw new IOException("No space left on device");
                }
            }
        };
    }
}
