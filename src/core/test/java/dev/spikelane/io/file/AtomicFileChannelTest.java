package dev.spikelane.io.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.fixture.FolderCase;
import dev.spikelane.io.Npy;
import dev.spikelane.memory.FloatMatrix;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Bytes reach the device before the file has its name; otherwise a power failure may leave a name without bytes. A
 * recording file system shows the calls.
 */
class AtomicFileChannelTest extends FolderCase {

    private final List<String> calls = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void bytesAreOnTheDeviceBeforeTheFileHasItsName(boolean replaces) throws IOException {
        Path file = folder.resolve("file");
        if (replaces) {
            Files.write(file, new byte[] {9});
        }
        AtomicFile.write(recorded(file), channel -> {
            channel.write(ByteBuffer.wrap(new byte[] {1, 2}));
            channel.write(ByteBuffer.wrap(new byte[] {3}));
        });
        assertEquals(List.of("open", "write 2", "write 1", "force true", "close", "move"), calls);
        assertArrayEquals(new byte[] {1, 2, 3}, Files.readAllBytes(file));
    }

    @Test
    void aWriterOfAFormatForcesItsLastByte() throws IOException {
        Npy.write(recorded(folder.resolve("array.npy")), FloatMatrix.of(new float[][] {{1, 2}}));
        assertEquals(List.of("force true", "close", "move"), calls.subList(calls.size() - 3, calls.size()));
    }

    private Path recorded(Path path) {
        return new RecordedFiles().path(path);
    }

    /** The default file system, recording opened, written, forced and moved files. */
    private final class RecordedFiles extends FileSystemProvider {

        private final FileSystemProvider real = folder.getFileSystem().provider();
        private final FileSystem system = new RecordedSystem(this);

        Path path(Path path) {
            InvocationHandler handler = (_, method, given) -> {
                if (method.getName().equals("getFileSystem")) {
                    return system;
                }
                Object[] arguments = given == null ? new Object[0] : given.clone();
                for (int i = 0; i < arguments.length; i++) {
                    arguments[i] = arguments[i] instanceof Path each ? real(each) : arguments[i];
                }
                try {
                    Object made = method.invoke(path, arguments);
                    return made instanceof Path each ? path(each) : made;
                } catch (InvocationTargetException failure) {
                    throw failure.getCause();
                }
            };
            return (Path) Proxy.newProxyInstance(Path.class.getClassLoader(), new Class<?>[] {Path.class}, handler);
        }

        private static Path real(Path path) {
            return Path.of(path.toString());
        }

        @Override
        public FileChannel newFileChannel(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
                throws IOException {
            calls.add("open");
            return new RecordedChannel(real.newFileChannel(real(path), options, attributes), calls);
        }

        @Override
        public void move(Path source, Path target, CopyOption... options) throws IOException {
            calls.add("move");
            real.move(real(source), real(target), options);
        }

        @Override
        public <A extends BasicFileAttributes> A readAttributes(Path path, Class<A> type, LinkOption... options)
                throws IOException {
            return real.readAttributes(real(path), type, options);
        }

        @Override
        public <V extends FileAttributeView> V getFileAttributeView(Path path, Class<V> type, LinkOption... options) {
            return real.getFileAttributeView(real(path), type, options);
        }

        @Override
        public void checkAccess(Path path, AccessMode... modes) throws IOException {
            real.checkAccess(real(path), modes);
        }

        @Override
        public void delete(Path path) throws IOException {
            real.delete(real(path));
        }

        @Override
        public String getScheme() {
            return "recorded";
        }

        @Override
        public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileSystem getFileSystem(URI uri) {
            return system;
        }

        @Override
        public Path getPath(URI uri) {
            throw new UnsupportedOperationException();
        }

        @Override
        public SeekableByteChannel newByteChannel(
                Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes) throws IOException {
            return newFileChannel(path, options, attributes);
        }

        @Override
        public DirectoryStream<Path> newDirectoryStream(Path path, DirectoryStream.Filter<? super Path> filter) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void createDirectory(Path path, FileAttribute<?>... attributes) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void copy(Path source, Path target, CopyOption... options) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean isSameFile(Path path, Path other) throws IOException {
            return real.isSameFile(real(path), real(other));
        }

        @Override
        public boolean isHidden(Path path) throws IOException {
            return real.isHidden(real(path));
        }

        @Override
        public FileStore getFileStore(Path path) throws IOException {
            return real.getFileStore(real(path));
        }

        @Override
        public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options)
                throws IOException {
            return real.readAttributes(real(path), attributes, options);
        }

        @Override
        public void setAttribute(Path path, String attribute, Object value, LinkOption... options) throws IOException {
            real.setAttribute(real(path), attribute, value, options);
        }
    }

    private final class RecordedSystem extends FileSystem {

        private final RecordedFiles files;
        private final FileSystem real = folder.getFileSystem();

        RecordedSystem(RecordedFiles files) {
            this.files = files;
        }

        @Override
        public FileSystemProvider provider() {
            return files;
        }

        @Override
        public Path getPath(String first, String... more) {
            return files.path(real.getPath(first, more));
        }

        @Override
        public void close() {}

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public boolean isReadOnly() {
            return false;
        }

        @Override
        public String getSeparator() {
            return real.getSeparator();
        }

        @Override
        public Iterable<Path> getRootDirectories() {
            return real.getRootDirectories();
        }

        @Override
        public Iterable<FileStore> getFileStores() {
            return real.getFileStores();
        }

        @Override
        public Set<String> supportedFileAttributeViews() {
            return real.supportedFileAttributeViews();
        }

        @Override
        public PathMatcher getPathMatcher(String pattern) {
            return real.getPathMatcher(pattern);
        }

        @Override
        public UserPrincipalLookupService getUserPrincipalLookupService() {
            return real.getUserPrincipalLookupService();
        }

        @Override
        public WatchService newWatchService() throws IOException {
            return real.newWatchService();
        }
    }

    private static final class RecordedChannel extends FileChannel {

        private final FileChannel real;
        private final List<String> calls;

        RecordedChannel(FileChannel real, List<String> calls) {
            this.real = real;
            this.calls = calls;
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            int written = real.write(bytes);
            calls.add("write " + written);
            return written;
        }

        @Override
        public void force(boolean metadata) throws IOException {
            calls.add("force " + metadata);
            real.force(metadata);
        }

        @Override
        protected void implCloseChannel() throws IOException {
            calls.add("close");
            real.close();
        }

        @Override
        public int read(ByteBuffer bytes) throws IOException {
            return real.read(bytes);
        }

        @Override
        public long read(ByteBuffer[] bytes, int offset, int length) throws IOException {
            return real.read(bytes, offset, length);
        }

        @Override
        public long write(ByteBuffer[] bytes, int offset, int length) throws IOException {
            long written = real.write(bytes, offset, length);
            calls.add("write " + written);
            return written;
        }

        @Override
        public long position() throws IOException {
            return real.position();
        }

        @Override
        public FileChannel position(long position) throws IOException {
            real.position(position);
            return this;
        }

        @Override
        public long size() throws IOException {
            return real.size();
        }

        @Override
        public FileChannel truncate(long size) throws IOException {
            real.truncate(size);
            return this;
        }

        @Override
        public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
            return real.transferTo(position, count, target);
        }

        @Override
        public long transferFrom(ReadableByteChannel source, long position, long count) throws IOException {
            return real.transferFrom(source, position, count);
        }

        @Override
        public int read(ByteBuffer bytes, long position) throws IOException {
            return real.read(bytes, position);
        }

        @Override
        public int write(ByteBuffer bytes, long position) throws IOException {
            return real.write(bytes, position);
        }

        @Override
        public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
            return real.map(mode, position, size);
        }

        @Override
        public FileLock lock(long position, long size, boolean shared) throws IOException {
            return real.lock(position, size, shared);
        }

        @Override
        public FileLock tryLock(long position, long size, boolean shared) throws IOException {
            return real.tryLock(position, size, shared);
        }
    }
}
