package dev.spikelane.cli.demo;

import static dev.spikelane.cli.output.Value.named;
import static dev.spikelane.cli.output.Value.percent;

import dev.spikelane.cli.output.Section;
import dev.spikelane.cli.terminal.Progress;
import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.data.InputEncoding;
import dev.spikelane.io.EventBinning;
import dev.spikelane.io.EventSource;
import dev.spikelane.memory.EventBlock;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.EventStream;
import dev.spikelane.network.Network;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.plot.Plot;
import dev.spikelane.plot.Report;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Adam;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingRun;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Learns bars and digits that move over a sensor of 24 x 24 pixels, and classifies a stream of them. A pixel that
 * becomes ink has an on event, a pixel that stops being ink an off event; a few events are noise.
 */
final class EventsDemo implements DemoResult {

    static final int STEPS = 24;

    private static final int SIDE = 24;
    private static final int CLASSES = 12;
    private static final int SHOWN = 24;
    private static final int ON_PAGE = 4;
    private static final int TRAINING = 720;
    private static final int TESTS = 120;
    private static final int EPOCHS = 8;
    private static final int STEP = 1_000;
    private static final double NOISE = 0.005;
    /** Three columns and five rows from the top left, highest bit first. */
    private static final int[] DIGITS = {
        0b111101101101111, 0b010110010010111, 0b111001111100111, 0b111001111001111, 0b101101111001001,
        0b111100111001111, 0b111100111101111, 0b111001001001001, 0b111101111101111, 0b111101111001111
    };

    private static final EventBinning BINNING = EventBinning.of(SIDE, SIDE).withStepTime(STEP);

    private final long seed;
    private final int steps;
    private final List<EventStream.Decision> decisions = new ArrayList<>();
    private final Report page = Report.of("Spikelane demo: events");
    private double accuracy;
    private double seconds;
    private long right;

    private EventsDemo(long seed, int steps) {
        this.seed = seed;
        this.steps = steps;
    }

    static EventsDemo of(DemoSettings settings, Progress progress) throws IOException {
        EventsDemo demo = new EventsDemo(settings.seed(), settings.steps());
        TorchRandom random = new TorchRandom(settings.seed());
        Network network = Network.builder(BINNING.shape())
                .flatten()
                .dense(128, random)
                .neuron(new Leaky(0.9))
                .dense(CLASSES, random)
                .neuron(new Leaky(0.9))
                .build();
        long begin = System.nanoTime();
        demo.train(network, settings.threads(), progress);
        demo.seconds = (System.nanoTime() - begin) / 1e9;
        demo.watch(network);
        return demo;
    }

    private void train(Network network, int threads, Progress progress) throws IOException {
        Dataset all = new Drawn();
        InputEncoding code = InputEncoding.recordings(steps);
        Batching batching = new Batching(32).withShuffle(seed).withCode(code);
        progress.begin("Training", EPOCHS);
        try (Trainer trainer = Trainer.of(network, steps, 32)
                .threads(threads)
                .loss(CrossEntropyLoss.count())
                .optimizer(new Adam(5e-3))
                .build()) {
            TrainingRun run = TrainingRun.of(trainer, all.range(0, TRAINING), batching)
                    .epochs(EPOCHS)
                    .validate(all.range(TRAINING, TESTS))
                    .onEpoch((now, epoch) -> progress.advance(1))
                    .build()
                    .run();
            accuracy = run.history().getLast().validationAccuracy();
        }
        progress.end();
    }

    /** Classifies drawings that follow the data set, one decision each. */
    private void watch(Network network) throws IOException {
        int[] next = {TRAINING + TESTS};
        EventSource drawings = block -> {
            block.resize(0);
            int drawing = next[0] - TRAINING - TESTS;
            if (drawing < SHOWN) {
                draw(next[0]++, (long) drawing * steps * STEP, block);
            }
            return block.size() > 0;
        };
        try (Simulation simulation = network.simulate(1)) {
            SpikeMatrix hidden = simulation.recordSpikes("lif1", SHOWN * steps).spikes();
            SpikeMatrix output = simulation.recordSpikes("lif2", SHOWN * steps).spikes();
            new EventStream(simulation, "lif2", BINNING, steps, steps).run(drawings, decisions::add);
            page.section("Spikes of the first drawings")
                    .figure(Plot.raster("lif1", hidden.rows(0, ON_PAGE * steps))
                            .add("lif2", output.rows(0, ON_PAGE * steps))
                            .xLabel("time [ms]"));
        }
        for (int i = 0; i < decisions.size(); i++) {
            right += decisions.get(i).label() == classOf(TRAINING + TESTS + i) ? 1 : 0;
        }
    }

    private int classOf(int drawing) {
        return (int) (CounterRandom.uniform(CounterRandom.rowKey(seed, 0, drawing), 0) * CLASSES);
    }

    /** Returns the events of a drawing, in order of time. */
    private void draw(int drawing, long start, EventBlock into) {
        long key = CounterRandom.rowKey(seed, 0, drawing);
        int kind = classOf(drawing);
        int left = (int) (CounterRandom.uniform(key, 1) * SIDE);
        int top = 6 + (int) (CounterRandom.uniform(key, 2) * 3);
        for (int step = 0; step < steps; step++) {
            for (int pixel = 0; pixel < SIDE * SIDE; pixel++) {
                int x = pixel % SIDE;
                int y = pixel / SIDE;
                boolean now = isInk(kind, x, y, left + step, top);
                boolean before = isInk(kind, x, y, left + step - 1, top);
                boolean noise = CounterRandom.uniform(key, 3 + step * SIDE * SIDE + pixel) < NOISE;
                if (now != before || noise || step == 0 && pixel == 0) { // the first event marks the start of a drawing
                    into.add(start + (long) step * STEP, x, y, now);
                }
            }
        }
    }

    /** Digits and upright bars move right, lying bars move down. */
    private static boolean isInk(int kind, int x, int y, int moved, int top) {
        if (kind >= DIGITS.length) {
            return Math.floorMod((kind == DIGITS.length ? x : y) - moved, SIDE) < 3;
        }
        int column = Math.floorMod(x - moved, SIDE) / 2;
        int row = (y - top) / 2;
        return column < 3 && y >= top && row < 5 && (DIGITS[kind] >>> 14 - row * 3 - column & 1) != 0;
    }

    @Override
    public Section facts() {
        return Section.of("events", "Bars and digits that move, as events")
                .say(
                        "Network",
                        "2 x %d x %d - 128 - %d, trained on %d drawings of %d steps in %.1f s",
                        SIDE,
                        SIDE,
                        CLASSES,
                        TRAINING,
                        named("steps", steps),
                        named("train_seconds", seconds))
                .say("Accuracy", "%.1f %% of " + TESTS + " others", percent("accuracy", accuracy))
                .say("Stream", "%d of %d decisions right", named("right", right), named("decisions", decisions.size()));
    }

    @Override
    public Report page() {
        return page;
    }

    /** All drawings, by number. */
    private final class Drawn implements Dataset {

        @Override
        public int size() {
            return TRAINING + TESTS + SHOWN;
        }

        @Override
        public Shape shape() {
            return BINNING.shape();
        }

        @Override
        public int classes() {
            return CLASSES;
        }

        @Override
        public int label(int sample) {
            return classOf(sample);
        }

        @Override
        public int steps() {
            return steps;
        }

        @Override
        public void readSpikes(int sample, SpikeMatrix into, int row, int stride) {
            EventBlock block = new EventBlock(2 * SIDE * SIDE * steps);
            draw(sample, 0, block);
            for (int step = 0; step < steps; step++) {
                into.set(row + step * stride, new int[0]);
            }
            BINNING.bins().add(block, 0, into, row, stride, steps);
        }

        @Override
        public void read(int sample, FloatMatrix into, int row) {
            throw new IllegalStateException("drawings are events, expected InputEncoding.recordings");
        }
    }
}
