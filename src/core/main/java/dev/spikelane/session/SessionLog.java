package dev.spikelane.session;

import dev.spikelane.engine.StateHeader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedByInterruptException;
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
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A store in a folder. {@linkplain SessionRecord Records} are appended to one file, and the place of each session's
 * last record is kept in memory. A copy of its header and name follows each record, so that the key of a damaged header
 * is known. A file with other sessions, or without replaced records, is written under another name and renamed: a crash
 * leaves the old file or the new one.
 *
 * <p>The class avoids file channels for reads and writes: an interrupted thread would close a channel for all threads.
 */
final class SessionLog implements SessionStore {

    /**
     * Folders in use by this process. A file lock does not suffice: to close a second channel would release the first
     * one's lock.
     */
    private static final Set<Path> IN_USE = ConcurrentHashMap.newKeySet();

    private static final int WINDOW = 1 << 18;
    /** Least bytes of replaced records for a compaction, if they are more than half of the file. */
    private static final long LEAST_GARBAGE = 16 << 20;

    /** Start and length of a record, including the copy of its header. */
    private record Place(long at, int bytes) {}

    private final Path folder;
    private final Path file;
    private final Path next;
    private final BiConsumer<Level, String> report;
    private final CRC32C checksum = new CRC32C();
    private Map<SessionKey, Place> places = new HashMap<>();
    private @Nullable Path inUse;
    private @Nullable FileChannel lock;
    private @Nullable RandomAccessFile log;
    private long end;
    private long live;
    /** Bytes of the file from {@link #windowAt} on. */
    private ByteBuffer window = ByteBuffer.allocate(0);

    private long windowAt;

    SessionLog(Path folder) {
        this(folder, System.getLogger("dev.spikelane")::log);
    }

    SessionLog(Path folder, BiConsumer<Level, String> report) {
        this.folder = folder;
        this.report = report;
        this.file = folder.resolve("sessions.log");
        this.next = folder.resolve("sessions.log.tmp");
    }

    @Override
    public synchronized Collection<SessionKey> keys() throws IOException {
        Path real = folder.toRealPath();
        if (!IN_USE.add(real)) {
            throw inUse();
        }
        inUse = real;
        try {
            lock();
            refuseOldFiles();
            log = new RandomAccessFile(file.toFile(), "rw");
            readPlaces(log);
            return List.copyOf(places.keySet());
        } catch (IOException | RuntimeException | Error failure) {
            close();
            throw failure;
        } finally {
            window = ByteBuffer.allocate(0);
        }
    }

    private IOException inUse() {
        return new IOException(
                folder + " is used by another pool, expected at most one pool for a folder: close the other pool");
    }

    private void lock() throws IOException {
        lock = FileChannel.open(folder.resolve("sessions.lock"), StandardOpenOption.WRITE, StandardOpenOption.CREATE);
        try {
            if (lock.tryLock() == null) {
                throw inUse();
            }
        } catch (OverlappingFileLockException another) { // another class loader has loaded this class too
            throw inUse();
        }
    }

    private void refuseOldFiles() throws IOException {
        try (DirectoryStream<Path> old = Files.newDirectoryStream(folder, "*.session")) {
            for (Path each : old) {
                throw new IOException(each + " is of an older version, which had no keys in files, expected"
                        + " no such file: move all *.session files away, or use another folder");
            }
        }
    }

    private RandomAccessFile opened() throws IOException {
        if (log == null) {
            throw new IOException("the store of " + folder + " is not open, expected a store that a pool has opened");
        }
        return log;
    }

    private void readPlaces(RandomAccessFile from) throws IOException {
        places.clear();
        live = 0;
        end = 0;
        window = ByteBuffer.allocate(WINDOW).order(ByteOrder.LITTLE_ENDIAN).limit(0);
        windowAt = 0;
        long size = from.length();
        while (end < size) {
            int start = load(from, end, size);
            long head = end;
            if (!StateHeader.isHead(window, start, checksum)) {
                head = copyOfDamaged(from, size);
                start = load(from, head, size);
            }
            long bytes = head < size ? bytes(start) : 0;
            if (head == size || end + bytes > size) {
                report.accept(
                        Level.WARNING, file + ": dropped the last " + (size - end) + " bytes, an incomplete record");
                from.setLength(end);
                return;
            }
            SessionKey key = SessionRecord.key(window, start);
            if (head > end) {
                report.accept(
                        Level.ERROR,
                        file + ": the record of session " + key + " at byte " + end
                                + " is damaged: remove this session, or restore a snapshot");
            }
            put(key, StateHeader.kind(window, start) == StateHeader.REMOVED ? null : new Place(end, (int) bytes));
            end += bytes;
        }
    }

    /** Returns the length of a record, including the copy of its header, from its header in the window. */
    private long bytes(int start) {
        return StateHeader.length(window, start) + 2L * (StateHeader.content(window, start) - start);
    }

    /** Loads a header with its name, and returns its place in the window. */
    private int load(RandomAccessFile from, long at, long size) throws IOException {
        int least = (int) Math.min(size - at, SessionRecord.LONGEST_HEAD);
        if (at < windowAt || at + least > windowAt + window.limit()) {
            window.clear().limit((int) Math.min(size - at, WINDOW));
            from.seek(at);
            from.readFully(window.array(), 0, window.limit());
            windowAt = at;
        }
        return (int) (at - windowAt);
    }

    /** Returns the place of a damaged header's copy; the file size if the record is incomplete. */
    private long copyOfDamaged(RandomAccessFile from, long size) throws IOException {
        for (long at = end + 1; at < size; at++) {
            int start = load(from, at, size);
            if (StateHeader.isHead(window, start, checksum)) {
                if (at + StateHeader.content(window, start) - start - bytes(start) != end) {
                    throw new IOException(file + " is damaged from byte " + end + " to " + at + ", and the record's key"
                            + " is lost, expected a complete record: restore a snapshot into another folder");
                }
                return at;
            }
        }
        return size;
    }

    private void put(SessionKey key, @Nullable Place place) {
        Place before = place == null ? places.remove(key) : places.put(key, place);
        live += (place == null ? 0 : place.bytes) - (before == null ? 0 : before.bytes);
    }

    /** Appends a record and the copy of its header. The next call overwrites an incomplete write. */
    private Place append(RandomAccessFile to, SessionKey key, MemorySegment record, long at) throws IOException {
        int head = SessionRecord.headBytes(key);
        int size = Math.toIntExact(record.byteSize());
        byte[] bytes = new byte[Math.addExact(size, head)];
        MemorySegment.copy(record, 0, MemorySegment.ofArray(bytes), 0, size);
        System.arraycopy(bytes, 0, bytes, size, head);
        try {
            if (to.length() > at) {
                to.setLength(at);
            }
            to.seek(at);
            to.write(bytes);
        } catch (IOException failure) {
            throw new IOException(file + " cannot be written: " + failure.getMessage(), failure);
        }
        return new Place(at, bytes.length);
    }

    @Override
    public synchronized void write(SessionKey key, MemorySegment state) throws IOException {
        Place made = append(opened(), key, state, end);
        end += made.bytes;
        put(key, made);
    }

    @Override
    public synchronized boolean read(SessionKey key, MemorySegment into) throws IOException {
        RandomAccessFile from = opened();
        Place place = places.get(key);
        if (place == null) {
            return false;
        }
        int size = place.bytes - SessionRecord.headBytes(key);
        if (size != into.byteSize()) {
            throw new IOException("the state of session " + key + " in " + file + " has " + size
                    + " bytes with its header, expected " + into.byteSize() + " for this pool");
        }
        into.copyFrom(MemorySegment.ofArray(bytes(from, place.at, size)));
        return true;
    }

    private static byte[] bytes(RandomAccessFile from, long at, int size) throws IOException {
        byte[] bytes = new byte[size];
        from.seek(at);
        from.readFully(bytes);
        return bytes;
    }

    @Override
    public synchronized void remove(SessionKey key) throws IOException {
        Objects.requireNonNull(key, "key");
        RandomAccessFile to = opened();
        if (places.containsKey(key)) {
            ByteBuffer made = ByteBuffer.allocate(SessionRecord.headBytes(key));
            SessionRecord.put(made, StateHeader.REMOVED, 0, 0, key, ByteBuffer.allocate(0));
            end += append(to, key, MemorySegment.ofBuffer(made.flip()), end).bytes;
            put(key, null);
        }
    }

    @Override
    public synchronized void replaceAll(Iterable<Map.Entry<SessionKey, MemorySegment>> states) throws IOException {
        Objects.requireNonNull(states, "states");
        opened();
        Map<SessionKey, Place> found = new HashMap<>();
        long size = 0;
        RandomAccessFile to = create();
        try {
            for (Map.Entry<SessionKey, MemorySegment> each : states) {
                Place place = append(to, each.getKey(), each.getValue(), size);
                found.put(each.getKey(), place);
                size += place.bytes;
            }
            use(to);
        } catch (IOException | RuntimeException | Error failure) {
            to.close();
            throw failure;
        }
        places = found;
        end = size;
        live = size;
    }

    private RandomAccessFile create() throws IOException {
        Files.deleteIfExists(next);
        return new RandomAccessFile(next.toFile(), "rw");
    }

    /** Replaces the file by a complete new one. Nothing throws after the rename: the new file is in use then. */
    private void use(RandomAccessFile made) throws IOException {
        RandomAccessFile old = opened();
        made.getFD().sync();
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        log = made;
        try (old) {
            forceFolder();
        } catch (IOException failure) {
            report.accept(
                    Level.WARNING,
                    file + " was replaced, but a power failure may restore the earlier file: " + failure.getMessage());
        }
    }

    private void forceFolder() throws IOException {
        try (FileChannel all = FileChannel.open(folder, StandardOpenOption.READ)) {
            all.force(true);
        } catch (AccessDeniedException | ClosedByInterruptException notForced) {
            // Windows has no such call, and writes names at once. After an interrupt the system writes the name soon.
        }
    }

    @Override
    public void flush(boolean durable) throws IOException {
        RandomAccessFile present;
        boolean full;
        synchronized (this) {
            present = opened();
            full = end - live > LEAST_GARBAGE && end > 2 * live;
        }
        if (durable) {
            present.getFD().sync();
        }
        if (full) {
            compact();
        }
    }

    /** Removes replaced records. Sessions are read and written while most of the file is copied. */
    private void compact() throws IOException {
        List<Map.Entry<SessionKey, Place>> old = new ArrayList<>();
        long copied;
        synchronized (this) {
            places.forEach((key, place) -> old.add(Map.entry(key, place)));
            copied = end;
        }
        old.sort(Comparator.comparingLong(each -> each.getValue().at));
        long[] moved = new long[old.size() + 1];
        RandomAccessFile to = create();
        try (RandomAccessFile from = new RandomAccessFile(file.toFile(), "r")) {
            for (int i = 0; i < old.size(); i++) {
                Place place = old.get(i).getValue();
                to.write(bytes(from, place.at, place.bytes));
                moved[i + 1] = moved[i] + place.bytes;
            }
            to.getFD().sync();
            synchronized (this) {
                copyFrom(from, copied, to);
                use(to);
                for (int i = 0; i < old.size(); i++) {
                    Place place = old.get(i).getValue();
                    places.replace(old.get(i).getKey(), place, new Place(moved[i], place.bytes));
                }
                long back = copied - moved[old.size()];
                places.replaceAll((_, place) -> place.at < copied ? place : new Place(place.at - back, place.bytes));
                end -= back;
            }
        } catch (IOException | RuntimeException | Error failure) {
            to.close();
            throw failure;
        }
    }

    /** Copies the records that other threads wrote during the compaction. */
    private void copyFrom(RandomAccessFile from, long first, RandomAccessFile to) throws IOException {
        for (long at = first; at < end; at += WINDOW) {
            to.write(bytes(from, at, (int) Math.min(WINDOW, end - at)));
        }
    }

    @Override
    public synchronized void close() throws IOException {
        try (RandomAccessFile first = log;
                FileChannel _ = lock) {
            if (first != null) {
                first.getFD().sync();
            }
        } finally {
            log = null;
            lock = null;
            places.clear();
            if (inUse != null) {
                IN_USE.remove(inUse);
                inUse = null;
            }
        }
    }
}
