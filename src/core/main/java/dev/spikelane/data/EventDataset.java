package dev.spikelane.data;

import dev.spikelane.io.EventBinning;
import dev.spikelane.io.EventSource;
import dev.spikelane.io.event.EventFormat;
import dev.spikelane.io.event.EventInput;
import dev.spikelane.io.event.HdfRecordings;
import dev.spikelane.io.file.AtomicFile;
import dev.spikelane.io.file.FileText;
import dev.spikelane.memory.EventBlock;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Recordings in files or in one HDF5 file, read on demand or from a cache of packed spikes. */
final class EventDataset implements Dataset {

    private static final int BLOCK = 1 << 13;
    /** A hash of the cache's sources, and zeros up to the first sample. */
    private static final int HEADER_BYTES = 64;

    private final Path folder;
    private final List<Path> files;
    private final @Nullable HdfRecordings recordings;
    private final int[] labels;
    private final int classes;
    private final EventBinning binning;
    private final int steps;
    private final ThreadLocal<EventBlock> blocks = ThreadLocal.withInitial(() -> new EventBlock(BLOCK));
    private final ThreadLocal<SpikeMatrix> sample;
    private @Nullable MemorySegment cache;

    private EventDataset(
            Path folder,
            List<Path> files,
            @Nullable HdfRecordings recordings,
            int[] labels,
            EventBinning binning,
            int steps) {
        this.folder = folder;
        this.files = files;
        this.recordings = recordings;
        this.labels = labels;
        this.classes = Arrays.stream(labels).max().orElse(0) + 1;
        this.binning = binning;
        this.steps = steps;
        this.sample = ThreadLocal.withInitial(
                () -> SpikeMatrix.zeros(steps, binning.shape().size()));
    }

    static EventDataset of(Path folder, EventBinning binning, int steps) throws IOException {
        Objects.requireNonNull(folder, "folder");
        Objects.requireNonNull(binning, "binning");
        Checks.atLeast(1, "steps", steps);
        List<Path> files = new ArrayList<>();
        List<Integer> labels = new ArrayList<>();
        HdfRecordings recordings = null;
        if (Files.isRegularFile(folder)) {
            recordings = HdfRecordings.open(folder);
            Arrays.stream(recordings.labels()).forEach(labels::add);
        } else if (Files.exists(folder.resolve("labels.csv"))) {
            listed(folder, files, labels);
        } else {
            List<Path> classes = inOrder(folder).filter(Files::isDirectory).toList();
            for (int i = 0; i < classes.size(); i++) {
                List<Path> found =
                        inOrder(classes.get(i)).filter(Files::isRegularFile).toList();
                files.addAll(found);
                for (int j = 0; j < found.size(); j++) {
                    labels.add(i);
                }
            }
        }
        if (labels.isEmpty()) {
            throw new IOException(folder + ": has no recordings, expected folders of them, or a labels.csv");
        }
        int[] all = labels.stream().mapToInt(Integer::intValue).toArray();
        return new EventDataset(folder, files, recordings, all, binning, steps);
    }

    private static void listed(Path folder, List<Path> files, List<Integer> labels) throws IOException {
        Path list = folder.resolve("labels.csv");
        for (String line : FileText.reading(list.toString(), () -> Files.readAllLines(list))) {
            int comma = line.lastIndexOf(',');
            String label = line.substring(comma + 1).strip();
            boolean known = comma > 0 && label.matches("[0-9]{1,6}");
            if (known) {
                files.add(folder.resolve(line.substring(0, comma).strip()));
                labels.add(Integer.parseInt(label));
            } else if (!files.isEmpty() && !line.isBlank()) {
                throw new IOException(list + ": has the line " + FileText.shown(line) + ", expected file,label");
            }
        }
    }

    /** Lists a folder by name, or by number if all names are numbers: 9 before 10. */
    private static Stream<Path> inOrder(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            List<Path> found = all.filter(path -> !name(path).startsWith(".")).toList();
            boolean numbers = found.stream().allMatch(path -> name(path).matches("[0-9]{1,9}"));
            Comparator<Path> byName = Comparator.comparing(EventDataset::name);
            return found.stream()
                    .sorted(numbers ? Comparator.comparingInt((Path path) -> Integer.parseInt(name(path))) : byName)
                    .toList()
                    .stream();
        }
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }

    /** Reads spikes from a cache file, which is written if it is missing or outdated. */
    EventDataset cached(Path file) throws IOException {
        byte[] header = header();
        long sampleBytes = SpikeMatrix.bytes(steps, binning.shape().size());
        if (!isOf(file, header, sampleBytes)) {
            AtomicFile.write(file, channel -> {
                channel.write(ByteBuffer.wrap(header));
                SpikeMatrix spikes = sample.get();
                for (int i = 0; i < labels.length; i++) {
                    bin(i, spikes, 0, 1);
                    channel.write(spikes.segment().asByteBuffer());
                }
            });
        }
        try (FileChannel channel = FileChannel.open(file)) {
            MemorySegment all = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
            if (all.byteSize() != HEADER_BYTES + sampleBytes * labels.length
                    || all.asSlice(0, HEADER_BYTES).mismatch(MemorySegment.ofArray(header)) >= 0) {
                throw new IOException(file + ": has other spikes than were written there, expected a file that no other"
                        + " data set uses");
            }
            cache = all;
        }
        return this;
    }

    private boolean isOf(Path file, byte[] header, long sampleBytes) throws IOException {
        if (!Files.isRegularFile(file) || Files.size(file) != HEADER_BYTES + sampleBytes * labels.length) {
            return false;
        }
        try (var stream = Files.newInputStream(file)) {
            return Arrays.equals(header, stream.readNBytes(HEADER_BYTES));
        }
    }

    /** Returns a hash of the binning and of the files' names, sizes and times. */
    private byte[] header() throws IOException {
        StringBuilder what = new StringBuilder(binning + " " + steps + " steps");
        for (Path file : files.isEmpty() ? List.of(folder) : files) {
            Path inFolder = folder.toAbsolutePath().relativize(file.toAbsolutePath()); // a list may have absolute paths
            what.append('\n').append(inFolder).append(' ').append(Files.size(file));
            what.append(' ').append(Files.getLastModifiedTime(file).toMillis());
        }
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256").digest(what.toString().getBytes(StandardCharsets.UTF_8));
            byte[] header = Arrays.copyOf("spikelane spikes".getBytes(StandardCharsets.US_ASCII), HEADER_BYTES);
            System.arraycopy(hash, 0, header, HEADER_BYTES / 2, hash.length);
            return header;
        } catch (NoSuchAlgorithmException always) {
            throw new IllegalStateException("every JDK has SHA-256", always);
        }
    }

    @Override
    public int size() {
        return labels.length;
    }

    @Override
    public Shape shape() {
        return binning.shape();
    }

    @Override
    public int classes() {
        return classes;
    }

    @Override
    public int label(int number) {
        return labels[number];
    }

    @Override
    public int steps() {
        return steps;
    }

    @Override
    public void readSpikes(int number, SpikeMatrix into, int row, int stride) {
        Objects.checkIndex(number, labels.length);
        MemorySegment all = cache;
        if (all == null) {
            try {
                bin(number, into, row, stride);
            } catch (IOException unread) {
                throw new UncheckedIOException(unread.getMessage(), unread);
            }
            return;
        }
        Objects.checkIndex(row + (steps - 1) * stride, into.rows());
        into.requireShape("into", into.rows(), binning.shape().size());
        long bytes = SpikeMatrix.bytes(steps, binning.shape().size());
        MemorySegment own = all.asSlice(HEADER_BYTES + number * bytes, bytes);
        RecordingInput.copy(own, bytes / steps, steps, into, row, stride);
    }

    private void bin(int number, SpikeMatrix into, int row, int stride) throws IOException {
        for (int step = 0; step < steps; step++) {
            into.clear(row + step * stride, 1);
        }
        EventBlock block = blocks.get();
        EventBinning.Bins bins = binning.bins();
        try (EventSource source = source(number)) {
            boolean more = true;
            while (more && source.read(block)) {
                more = bins.add(block, 0, into, row, stride, steps) == block.size();
            }
            if (!source.cut().isEmpty()) {
                throw new IOException(source.cut() + ", expected a whole recording");
            }
        }
    }

    private EventSource source(int number) throws IOException {
        if (recordings == null) {
            return EventSource.open(files.get(number));
        }
        EventFormat one = recordings.read(number);
        EventInput none = EventInput.none(folder.toString());
        return block -> {
            block.resize(0);
            one.read(none, block);
            return block.size() > 0;
        };
    }

    @Override
    public void read(int number, FloatMatrix into, int row) {
        Objects.checkIndex(row, into.rows());
        into.requireShape("into", into.rows(), binning.shape().size());
        SpikeMatrix spikes = sample.get();
        readSpikes(number, spikes, 0, 1);
        long at = into.rowOffset(row);
        into.segment().asSlice(at, (long) into.columns() * Float.BYTES).fill((byte) 0);
        for (int step = 0; step < steps; step++) {
            for (int neuron = spikes.next(step, 0); neuron >= 0; neuron = spikes.next(step, neuron + 1)) {
                long place = at + (long) neuron * Float.BYTES;
                float count = into.segment().get(ValueLayout.JAVA_FLOAT, place);
                into.segment().set(ValueLayout.JAVA_FLOAT, place, count + 1);
            }
        }
    }

    @Override
    public String toString() {
        return folder + ", " + size() + " recordings of " + steps + " steps of shape " + shape();
    }
}
