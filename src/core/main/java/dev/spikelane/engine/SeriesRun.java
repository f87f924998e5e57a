package dev.spikelane.engine;

import dev.spikelane.description.ProjectionDescription;
import dev.spikelane.engine.signal.SampleEnds;
import dev.spikelane.simd.Checks;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Runs samples of different lengths in one call. Blocks end where a sample ends; the sample's state is packed there,
 * and restored when the call is over. As samples end, the others move to runs of fewer samples, so that ended samples
 * cost nothing. Observers see rows of all samples; the rows of ended samples are zero.
 */
public final class SeriesRun {

    /** Number of sizes of runs: each size has fewer idle rows than the next, and its own memory. */
    private static final int SIZES = 8;

    /**
     * Runs some steps of a run's call, from a step on, and returns their number, which may be less than {@code most}.
     */
    public interface Block {
        int run(NetworkRun of, int @Nullable [] samples, int firstStep, int most);
    }

    private final NetworkRun whole;
    private final int batch;
    private final boolean plastic;
    private final Block block;
    /** Narrower runs by size, in shares of the batch; created when first needed. */
    private final @Nullable NetworkRun[] narrower = new NetworkRun[SIZES];

    /** The sample of each row of the runs. */
    private final int[][] samples = new int[SIZES][];

    private final int[][] ends = new int[SIZES][];
    private MemorySegment packed = MemorySegment.NULL;
    private long bytes;

    /** Creates the runner of a run's calls. */
    public SeriesRun(NetworkRun whole, int batch, Block block) {
        this.whole = whole;
        this.batch = batch;
        this.plastic = whole.network().description().projections().stream().anyMatch(ProjectionDescription::plastic);
        this.block = block;
    }

    /** Throws unless each sample has from 1 to {@code steps} steps. */
    public void require(int[] lengths, int steps) {
        if (plastic) {
            throw new IllegalArgumentException(
                    "samples have different lengths, and a plastic projection changes weights"
                            + " that all of them share, expected samples of the same length");
        }
        if (lengths.length != batch) {
            throw new IllegalArgumentException(
                    "there are " + lengths.length + " lengths, expected " + batch + ", one for each sample");
        }
        for (int i = 0; i < batch; i++) {
            if (lengths[i] < 1) { // checked first, so that no message is built for valid lengths
                Checks.atLeast(1, "length of sample " + i, lengths[i]);
            }
            if (lengths[i] > steps) {
                throw new IllegalArgumentException(
                        "length of sample " + i + " is " + lengths[i] + ", expected at most " + steps + " steps");
            }
        }
    }

    /** Runs the opened call, for as many steps as the longest sample has. */
    public void run(int... lengths) {
        bytes = whole.pack(0, MemorySegment.NULL, 0, false);
        if (packed.byteSize() < batch * bytes) {
            packed = whole.allocate(batch * bytes, Long.BYTES);
        }
        boolean narrows = whole.mayNarrow();
        int size = SIZES;
        whole.ends().take(lengths);
        try {
            for (int done = 0; left(lengths, done) > 0; ) {
                int wanted = narrows ? Math.ceilDiv(left(lengths, done) * SIZES, batch) : SIZES;
                if (wanted < size && batch(wanted) < batch(size)) {
                    move(size, wanted, lengths, done);
                    size = wanted;
                }
                int next = nextEnd(lengths, done);
                done += size == SIZES
                        ? block.run(whole, null, done, next - done)
                        : block.run(narrow(size), samples[size], done, next - done);
                pack(size, lengths, done);
            }
        } finally {
            whole.ends().take(SampleEnds.NONE);
        }
        for (int sample = 0; sample < batch; sample++) {
            whole.pack(sample, packed, sample * bytes, true);
        }
    }

    private static int left(int[] lengths, int done) {
        int left = 0;
        for (int length : lengths) {
            left += length > done ? 1 : 0;
        }
        return left;
    }

    /** Returns the number of steps of the longest sample. */
    public static int longest(int... lengths) {
        int longest = 0;
        for (int length : lengths) {
            longest = Math.max(longest, length);
        }
        return longest;
    }

    private static int nextEnd(int[] lengths, int done) {
        int next = Integer.MAX_VALUE;
        for (int length : lengths) {
            next = length > done ? Math.min(next, length) : next;
        }
        return next;
    }

    private int batch(int size) {
        return size == SIZES ? batch : Math.ceilDiv(size * batch, SIZES);
    }

    private NetworkRun narrow(int size) {
        NetworkRun made = narrower[size];
        if (made == null) {
            made = whole.narrower(batch(size));
            narrower[size] = made;
            samples[size] = new int[batch(size)];
            ends[size] = new int[batch(size)];
        }
        return made;
    }

    /** Moves the remaining samples to a narrower run; surplus rows repeat the last sample. */
    private void move(int from, int to, int[] lengths, int done) {
        NetworkRun source = from == SIZES ? whole : narrow(from);
        NetworkRun target = narrow(to);
        int count = 0;
        for (int row = 0; row < batch(from); row++) {
            int sample = from == SIZES ? row : samples[from][row];
            if (lengths[sample] > done && (count == 0 || samples[to][count - 1] != sample)) {
                source.pack(row, packed, sample * bytes, false);
                samples[to][count++] = sample;
            }
        }
        Arrays.fill(samples[to], count, batch(to), samples[to][count - 1]);
        target.makeRoom(longest(lengths) - done); // before projections are opened: a longer block creates them anew
        target.open(whole);
        for (int row = 0; row < batch(to); row++) {
            ends[to][row] = lengths[samples[to][row]];
            target.pack(row, packed, samples[to][row] * bytes, true);
        }
        target.ends().take(ends[to]);
    }

    /** Packs the states of samples that have ended. */
    private void pack(int size, int[] lengths, int done) {
        for (int row = 0; row < batch(size); row++) {
            int sample = size == SIZES ? row : samples[size][row];
            if (lengths[sample] == done) {
                (size == SIZES ? whole : narrow(size)).pack(row, packed, sample * bytes, false);
            }
        }
    }
}
