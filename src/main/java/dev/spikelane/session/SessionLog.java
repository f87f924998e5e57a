package dev.spikelane.session;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A store in a folder: one file to whose end {@linkplain SessionRecord records} are written, and the place of each
 * session's last one in memory. A file with other sessions, or without records that others replaced, is written under
 * another name and renamed, so that a crash leaves the old one or the new one.
 */
final class SessionLog implements SessionStore {

    private static final System.Logger LOG = System.getLogger("dev.spikelane.session");
    private static final int ROOM = 1 << 18;
    /** Bytes of replaced records that are worth a new file, if they are more than half of it. */
    private static final long LEAST_GARBAGE = 16 << 20;

    private record Place(long at, int bytes) {}

    private final Path folder;
    private final Path file;
    private Map<SessionKey, Place> places = new HashMap<>();
    private @Nullable FileChannel lock;
    private @Nullable FileChannel log;
    private long end;
    private long live;

    SessionLog(Path folder) {
        this.folder = folder;
        this.file = folder.resolve("sessions.log");
    }

    @Override
    public Collection<SessionKey> keys() throws IOException {
        if (lock != null) {
            throw inUse();
        }
        try {
            lock();
            refuseOldFiles();
            log = open(file, StandardOpenOption.CREATE);
            readPlaces(log);
            return List.copyOf(places.keySet());
        } catch (IOException | RuntimeException | Error failure) {
            close();
            throw failure;
        }
    }

    private IOException inUse() {
        return new IOException(folder + " is used by another pool, expected one pool for a folder: close it");
    }

    private void lock() throws IOException {
        FileChannel opened = open(folder.resolve("sessions.lock"), StandardOpenOption.CREATE);
        boolean locked = false;
        try {
            locked = opened.tryLock() != null;
        } catch (OverlappingFileLockException ofThisProcess) {
            throw inUse();
        } finally {
            if (!locked) {
                opened.close();
            }
        }
        if (!locked) {
            throw inUse();
        }
        lock = opened;
    }

    private void refuseOldFiles() throws IOException {
        try (DirectoryStream<Path> old = Files.newDirectoryStream(folder, "*.session")) {
            for (Path each : old) {
                throw new IOException(each + " is of an older version, which did not say whose state it is, expected"
                        + " no such file: move all *.session away, or use another folder");
            }
        }
    }

    private static FileChannel open(Path path, StandardOpenOption how) throws IOException {
        return FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE, how);
    }

    private FileChannel channel() throws IOException {
        if (log == null) {
            throw new IOException("the store of " + folder + " is not open, expected that a pool has opened it");
        }
        return log;
    }

    private void readPlaces(FileChannel from) throws IOException {
        places.clear();
        live = 0;
        end = 0;
        long size = from.size();
        ByteBuffer some = ByteBuffer.allocateDirect(ROOM);
        long first = 0;
        some.limit(0);
        while (end < size) {
            int least = (int) Math.min(size - end, SessionRecord.HEADER + SessionRecord.LONGEST_KEY);
            if (end + least > first + some.limit()) {
                first = end;
                read(from, some.clear(), first);
            }
            int start = (int) (end - first);
            SessionRecord found = SessionRecord.at(some, start);
            if (found == null || end + found.size() > size) {
                dropTail(from, size);
                return;
            }
            SessionKey key = found.key(some, start);
            put(key, (found.kind() & SessionRecord.REMOVED) == 0 ? new Place(end, (int) found.size()) : null);
            end += found.size();
            if (end > first + some.limit()) {
                first = end;
                some.limit(0);
            }
        }
    }

    /** Reads until the buffer is full, or the file ends. */
    private static void read(FileChannel from, ByteBuffer into, long at) throws IOException {
        long next = at;
        int count = 0;
        while (into.hasRemaining() && count >= 0) {
            count = from.read(into, next);
            next += Math.max(0, count);
        }
        into.flip();
    }

    /** Drops a record that a crash has cut off; throws where others follow, as nobody knows whose it is. */
    private void dropTail(FileChannel from, long size) throws IOException {
        ByteBuffer some = ByteBuffer.allocate(ROOM);
        int step = ROOM - SessionRecord.HEADER - SessionRecord.LONGEST_KEY;
        for (long first = end + 1; first < size; first += step) {
            read(from, some.clear(), first);
            for (int start = 0; start < Math.min(step, some.limit()); start++) {
                if (SessionRecord.at(some, start) != null) {
                    throw new IOException(file + " is damaged from byte " + end + " to " + (first + start)
                            + ", and the key of that record is lost, expected a whole record: restore a snapshot into"
                            + " another folder");
                }
            }
        }
        LOG.log(
                System.Logger.Level.WARNING,
                "{0}: dropped the last {1} bytes, a record that was not written to its end",
                file,
                String.valueOf(size - end));
        from.truncate(end);
    }

    private void put(SessionKey key, @Nullable Place place) {
        Place before = place == null ? places.remove(key) : places.put(key, place);
        live += (place == null ? 0 : place.bytes) - (before == null ? 0 : before.bytes);
    }

    /** Appends bytes; where that fails, the next ones take their place. */
    private Place append(FileChannel to, ByteBuffer bytes, long at) throws IOException {
        int count = bytes.remaining();
        try {
            while (bytes.hasRemaining()) {
                to.write(bytes, at + count - bytes.remaining());
            }
        } catch (IOException failure) {
            to.truncate(at);
            throw failure;
        }
        return new Place(at, count);
    }

    @Override
    public void write(SessionKey key, MemorySegment state) throws IOException {
        Place made = append(channel(), state.asByteBuffer(), end);
        end += made.bytes;
        put(key, made);
    }

    @Override
    public boolean read(SessionKey key, MemorySegment into) throws IOException {
        FileChannel from = channel();
        Place place = places.get(key);
        if (place == null) {
            return false;
        }
        if (place.bytes != into.byteSize()) {
            throw new IOException("the state of session " + key + " in " + file + " has " + place.bytes
                    + " bytes with its header, expected " + into.byteSize() + " as sessions of this pool have");
        }
        read(from, into.asByteBuffer(), place.at);
        return true;
    }

    @Override
    public void remove(SessionKey key) throws IOException {
        FileChannel to = channel();
        if (places.containsKey(key)) {
            ByteBuffer made = ByteBuffer.allocate((int) SessionRecord.size(key, 0));
            SessionRecord.put(made, SessionRecord.REMOVED, 0, 0, key, ByteBuffer.allocate(0));
            end += append(to, made.flip(), end).bytes;
            put(key, null);
        }
    }

    @Override
    public void replaceAll(Iterable<Map.Entry<SessionKey, MemorySegment>> states) throws IOException {
        FileChannel old = channel();
        Path made = folder.resolve("sessions.log.tmp");
        Map<SessionKey, Place> next = new HashMap<>();
        long size = 0;
        FileChannel to = FileChannel.open(
                made,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING);
        try {
            for (Map.Entry<SessionKey, MemorySegment> each : states) {
                Place place = append(to, each.getValue().asByteBuffer(), size);
                next.put(each.getKey(), place);
                size += place.bytes;
            }
            to.force(true);
            Files.move(made, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | RuntimeException | Error failure) {
            to.close();
            Files.deleteIfExists(made);
            throw failure;
        }
        places = next;
        end = size;
        live = size;
        log = to;
        old.close();
        forceFolder();
    }

    private void forceFolder() throws IOException {
        try (FileChannel all = FileChannel.open(folder, StandardOpenOption.READ)) {
            all.force(true);
        } catch (AccessDeniedException ofWindows) {
            // Windows has no such call, and writes names at once.
        }
    }

    @Override
    public void flush(boolean durable) throws IOException {
        if (durable) {
            channel().force(false);
        }
        if (end - live > LEAST_GARBAGE && end > 2 * live) {
            List<Map.Entry<SessionKey, Place>> all = new ArrayList<>(places.entrySet());
            all.sort(Comparator.comparingLong(each -> each.getValue().at));
            ByteBuffer some = ByteBuffer.allocateDirect(
                    all.stream().mapToInt(each -> each.getValue().bytes).max().orElse(0));
            replaceAll(() -> all.stream()
                    .map(each -> Map.entry(each.getKey(), record(some, each.getValue())))
                    .iterator());
        }
    }

    private MemorySegment record(ByteBuffer into, Place place) {
        try {
            read(channel(), into.clear().limit(place.bytes), place.at);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return MemorySegment.ofBuffer(into);
    }

    @Override
    public void close() throws IOException {
        try (FileChannel first = log;
                FileChannel _ = lock) {
            if (first != null) {
                first.force(false);
            }
        } finally {
            log = null;
            lock = null;
            places.clear();
        }
    }
}
