package dev.spikelane.network;

import dev.spikelane.io.EventBinning;
import dev.spikelane.io.EventSource;
import dev.spikelane.memory.EventBlock;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import java.io.IOException;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Runs a simulation on a stream of events and reports a decision at regular intervals: the output neuron with the most
 * spikes in the last steps.
 * <pre>{@code
 * var stream = new EventStream(network.simulate(1), "lif2", binning, 50, 10);
 * stream.run(EventSource.open("camera.evt3", socket.getInputStream()), decision -> System.out.println(decision));
 * }</pre>
 *
 * <p>A step runs as soon as an event of a later step arrives; later events of this step are counted as late and
 * dropped. The source is read only when its earlier events are used, so a fast source waits and memory stays constant.
 * Steps between two events run without spikes. If more than 2^20 steps lie between two events, or time jumps back by as
 * many, the clock restarts with the next event and the network's state stays. Only {@link #stop} is thread-safe.
 */
public final class EventStream {

    private static final int BLOCK = 1 << 12;
    private static final long MOST_SILENT = 1L << 20;

    private final Steps network;
    private final int[] counts;
    private final EventBinning binning;
    private final int every;
    private final EventBinning.Bins bins;
    private final SpikeMatrix input;
    /** The output's spikes in each interval of the window, a ring. */
    private final int[][] pieces;

    private final int[] window;
    private long steps;
    private long placed;
    private long late;
    private boolean begun;
    private volatile boolean stopped;

    /**
     * A decision about one window.
     *
     * @param time its end in microseconds; if a step is a number of events, the time of the last of them
     * @param label the output neuron with the most spikes, the lowest of equal ones; -1 without spikes
     * @param confidence its share of the output's spikes, from 0 to 1
     * @param rate spikes per output neuron and step
     * @param events events that became input since the last decision
     * @param late events that came too late since then
     */
    public record Decision(long time, int label, double confidence, double rate, long events, long late) {}

    /** A network that continues step by step. */
    @FunctionalInterface
    public interface Steps {

        /**
         * Runs steps.
         *
         * @param input {@code [steps x inputs]}
         * @param counts the spikes of each neuron are added to its element
         */
        void run(SpikeMatrix input, int[] counts);
    }

    /**
     * Prepares a stream.
     *
     * @param simulation of one sample; its network has one input, of the shape of a step
     * @param output the population that decides
     * @param binning how events become spikes
     * @param window steps of a decision, at least 1
     * @param every steps from one decision to the next, a divisor of the window
     * @throws IllegalArgumentException if the batch is not 1, there are several inputs or the input has another size,
     *     there is no such population, or the steps are out of range
     */
    public EventStream(Simulation simulation, String output, EventBinning binning, int window, int every) {
        int columns = Objects.requireNonNull(binning, "binning").shape().size();
        var inputs = simulation.network().inputs();
        if (simulation.batch() != 1
                || inputs.size() != 1
                || inputs.getFirst().shape().size() != columns) {
            throw new IllegalArgumentException("simulation has " + simulation.batch() + " samples and the inputs "
                    + inputs + ", expected one of shape " + binning.shape());
        }
        requireWindow(window, every); // before a counter is attached
        this(steps(simulation, output), simulation.network().population(output).size(), binning, window, every);
    }

    /**
     * Prepares a stream for any object that runs steps.
     *
     * @param network runs the steps
     * @param neurons number of output neurons
     * @param binning how events become spikes
     * @param window steps of a decision, at least 1
     * @param every steps from one decision to the next, a divisor of the window
     * @throws IllegalArgumentException if a number is out of range
     */
    public EventStream(Steps network, int neurons, EventBinning binning, int window, int every) {
        this.network = Objects.requireNonNull(network, "network");
        this.binning = Objects.requireNonNull(binning, "binning");
        requireWindow(window, every);
        this.every = every;
        this.bins = binning.bins();
        this.input = SpikeMatrix.zeros(every, binning.shape().size());
        this.pieces = new int[window / every][neurons];
        this.window = new int[neurons];
        this.counts = new int[neurons];
    }

    private static void requireWindow(int window, int every) {
        Checks.atLeast(1, "every", every);
        if (window < every || window % every != 0) {
            throw new IllegalArgumentException(
                    "window is " + window + " steps, expected a multiple of " + every + ", from decision to decision");
        }
    }

    private static Steps steps(Simulation simulation, String output) {
        SpikeCounts counts = simulation.countSpikes(output);
        return (input, all) -> {
            counts.reset();
            simulation.run(input);
            for (int neuron = 0; neuron < all.length; neuron++) {
                all[neuron] += (int) counts.perNeuron().get(0, neuron);
            }
        };
    }

    /**
     * Reads a source to its end, or until {@link #stop}, and decides. The first event begins a step, whatever its time;
     * the network's state stays.
     *
     * @param source of events; it stays open
     * @param decided receives each decision, also the last one, which may have fewer steps
     * @throws IOException if the source cannot be read
     */
    public void run(EventSource source, Consumer<Decision> decided) throws IOException {
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(decided, "decided");
        EventBlock block = new EventBlock(BLOCK);
        begun = false;
        long last = 0;
        while (!stopped && source.read(block)) {
            last = Math.max(last, block.time(block.size() - 1));
            place(block, decided);
        }
        if (!stopped && bins.placed() > placed) {
            decide(decided, last);
        }
    }

    private void place(EventBlock block, Consumer<Decision> decided) {
        long span = MOST_SILENT * binning.stepTime();
        int at = 0;
        while (at < block.size() && !stopped) {
            long time = block.time(at);
            if (!begun || isFar(time, span)) {
                if (bins.placed() > placed) {
                    decide(decided, time);
                }
                bins.startAt(time);
            }
            begun = true;
            at = bins.add(block, at, input, 0, 1, every);
            if (at < block.size() && !isFar(block.time(at), span) || bins.isFull(every)) {
                decide(decided, block.time(Math.max(0, at - 1)));
            }
        }
    }

    private boolean isFar(long time, long span) {
        return span > 0 && Math.abs((double) time - bins.start()) > span;
    }

    private void decide(Consumer<Decision> decided, long time) {
        Arrays.fill(counts, 0);
        long events = bins.placed() - placed;
        long tooLate = bins.late() - late;
        try {
            network.run(input, counts);
        } finally { // drop the rows of a step that throws
            input.clear();
            bins.advance(every);
            placed += events;
            late += tooLate;
        }
        int[] piece = pieces[(int) (steps / every % pieces.length)];
        steps += every;
        long all = 0;
        int label = -1;
        for (int neuron = 0; neuron < window.length; neuron++) {
            window[neuron] -= piece[neuron];
            piece[neuron] = counts[neuron];
            window[neuron] += piece[neuron];
            all += window[neuron];
            if (window[neuron] > (label < 0 ? 0 : window[label])) {
                label = neuron;
            }
        }
        long seen = Math.min(steps, (long) pieces.length * every);
        Decision decision = new Decision(
                binning.stepTime() > 0 ? bins.start() : time,
                label,
                label < 0 ? 0 : (double) window[label] / all,
                (double) all / seen / window.length,
                events,
                tooLate);
        decided.accept(decision);
    }

    /** Ends {@link #run} after the present decision. */
    public void stop() {
        stopped = true;
    }

    @Override
    public String toString() {
        return "EventStream of " + binning + ", " + counts.length + " classes";
    }
}
