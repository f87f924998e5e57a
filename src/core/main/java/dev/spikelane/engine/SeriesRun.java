package dev.spikelane.engine;

import dev.spikelane.description.ProjectionDescription;
import dev.spikelane.engine.signal.SampleEnds;
import dev.spikelane.simd.Checks;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Takes samples of different length through a call. Blocks end where a sample ends; its state is packed there, and put
 * back when the call is over. Samples that go on move to runs of fewer samples as the others end, so that a step costs
 * what those cost that are left; observers see rows of all samples, those behind an end of zeros.
 */
public final class SeriesRun {

    /** Sizes of runs: each halves the idle rows of the last, and makes memory of its own. */
    private static final int SIZES = 8;

    /** Runs some steps of a run's call from a step on, which may be fewer than it is asked for; tells how many. */
    public interface Block {
        int run(NetworkRun of, int @Nullable [] samples, int firstStep, int most);
    }

    private final NetworkRun whole;
    private final int batch;
    private final boolean plastic;
    private final Block block;
    /** By their size in units of a sizes' share; made when they are first needed. */
    private final @Nullable NetworkRun[] narrower = new NetworkRun[SIZES];

    /** The sample of each of their rows, and where it ends. */
    private final int[][] samples = new int[SIZES][];

    private final int[][] ends = new int[SIZES][];
    private MemorySegment packed = MemorySegment.NULL;
    private long bytes;

    /** Serves the calls of a run. */
    public SeriesRun(NetworkRun whole, int batch, Block block) {
        this.whole = whole;
        this.batch = batch;
        this.plastic = whole.network().description().projections().stream().anyMatch(ProjectionDescription::plastic);
        this.block = block;
    }

    /** Throws unless each sample has steps, at most as many as there are. */
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
            if (lengths[i] < 1) { // no name is made where nobody reads it
                Checks.atLeast(1, "length of sample " + i, lengths[i]);
            }
            if (lengths[i] > steps) {
                throw new IllegalArgumentException(
                        "length of sample " + i + " is " + lengths[i] + ", expected at most " + steps + " steps");
            }
        }
    }

    /** Runs the call that was opened, as many steps as the longest sample has. */
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

    /** The steps of the longest sample. */
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

    /** Moves samples that go on to a narrower run; rows that are left over repeat the last of them. */
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
        target.makeRoom(longest(lengths) - done); // before projections are opened, which a longer block has anew
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
