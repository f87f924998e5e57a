package dev.spikelane.cli.demo;

import dev.spikelane.cli.input.ImageSet;
import dev.spikelane.cli.input.TrainingRecipes;
import dev.spikelane.cli.terminal.Progress;
import dev.spikelane.data.BatchLoader;
import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.model.Model;
import dev.spikelane.network.Network;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.SpikeCounts;
import dev.spikelane.train.Decoding;
import dev.spikelane.train.Evaluator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;

/** Runs a network on images: the shown ones, and if time allows all embedded ones for the accuracy. */
final class DemoRun {

    /** Limits steps times images of a run only for the accuracy. */
    private static final long MOST_STEPS = 256_000;

    private static final List<ElementType> TYPES = List.of(ElementType.FLOAT32, ElementType.INT8, ElementType.TERNARY);

    private final Model model;
    private final ImageSet images;
    private final DemoSettings settings;
    /** Images for the accuracy. */
    private final int tested;

    private final Dataset data;
    private final Batching batching;

    /**
     * @param tests images for the accuracy of an embedded sample
     */
    DemoRun(DemoPreset preset, Model model, ImageSet images, DemoSettings settings, int tests) throws IOException {
        this.model = model;
        this.images = images;
        this.settings = settings;
        this.data = images.dataset();
        boolean all = images.fashion() && (long) settings.steps() * data.size() <= MOST_STEPS;
        this.tested = all || preset == DemoPreset.STDP ? tests : images.count();
        this.batching = new Batching(Math.min(settings.batch(), images.count()))
                .withSeed(settings.seed())
                .withCode(preset.code(settings.steps()));
    }

    /**
     * Results for images.
     *
     * @param counts spikes of each output for each shown image
     * @param timed the images of a timed pass
     * @param weighed empty if none was timed, or the weights stay floats
     */
    record Result(
            List<List<Integer>> counts,
            Evaluator.Result evaluation,
            int timed,
            PassTimes times,
            List<Weighed> weighed) {}

    record Weighed(String type, long bytes, double milliseconds) {}

    Network network() {
        return model.network();
    }

    Decoding decoding() {
        return Objects.requireNonNull(
                TrainingRecipes.DECODINGS.get(model.decoding().orElse(Decoding.COUNT.toString())));
    }

    Result run(Progress progress) {
        PassTimes times = times(network(), progress);
        List<List<Integer>> counts = new ArrayList<>();
        progress.begin("Images", images.count());
        count(model, data.range(0, images.count()), batching, settings, (batch, fired) -> {
            for (int image = 0; image < batch.count(); image++) {
                counts.add(row(fired, image));
            }
            progress.advance(batch.count());
        });
        try (Evaluator evaluator = new Evaluator(
                        network(), settings.steps(), batching, settings.threads(), model.population())
                .decoding(decoding())) {
            Evaluator.Result evaluation = evaluator.evaluate(data.range(0, tested));
            progress.end();
            return new Result(counts, evaluation, batching.size(), times, weighed(times, progress));
        }
    }

    /** Counts the output spikes of a model, batch by batch. */
    static void count(
            Model model,
            Dataset data,
            Batching batching,
            DemoSettings settings,
            BiConsumer<BatchLoader.Batch, FloatMatrix> counted) {
        try (BatchLoader loader = new BatchLoader(data, batching)) {
            loader.start(0);
            while (loader.next()) {
                BatchLoader.Batch batch = loader.batch();
                try (Simulation simulation = model.network().simulate(batch.count(), settings.threads())) {
                    SpikeCounts fired = simulation.countSpikes(model.population());
                    LayerRecordings.run(simulation, batch.input(), settings.steps());
                    counted.accept(batch, fired.perNeuron());
                }
            }
        }
    }

    private static List<Integer> row(FloatMatrix counts, int image) {
        return IntStream.range(0, counts.columns())
                .mapToObj(neuron -> (int) counts.get(image, neuron))
                .toList();
    }

    /** Repeats the first batch until its times agree, or the user's limit is reached. */
    private PassTimes times(Network timed, Progress progress) {
        PassTimes times = new PassTimes();
        int[] numbers = IntStream.range(0, batching.size()).toArray();
        BatchLoader.Batch batch = batching.batch(data);
        progress.begin("Warm-up", settings.warmUp() * 1_000_000_000L);
        try (Simulation simulation = timed.simulate(numbers.length, settings.threads())) {
            long begin = System.nanoTime();
            long start = begin;
            while (!times.settled() && start - begin < settings.warmUp() * 1e9) {
                long processor = PassTimes.processorTime();
                batch.read(0, numbers);
                long encoded = System.nanoTime();
                simulation.reset();
                LayerRecordings.run(simulation, batch.input(), settings.steps());
                long end = System.nanoTime();
                times.add(new PassTimes.Pass(
                        (encoded - start) * 1e-9,
                        (end - encoded) * 1e-9,
                        (PassTimes.processorTime() - processor) * 1e-9));
                progress.advance(end - start);
                start = end;
            }
        }
        progress.end();
        return times;
    }

    /**
     * Times float, 8-bit and ternary weights; returns nothing if the network keeps its weights or nothing was timed.
     */
    private List<Weighed> weighed(PassTimes ofFloats, Progress progress) {
        Network floats = network().folded().network();
        if (floats.quantized(ElementType.INT8).toString().equals(floats.toString())) {
            return List.of();
        }
        List<Weighed> weighed = new ArrayList<>();
        for (ElementType type : TYPES) {
            Network each = type == ElementType.FLOAT32 ? floats : floats.quantized(type);
            if (each != floats) {
                each.warmUp(batching.size(), settings.threads()); // times of code that is not compiled may agree
            }
            PassTimes times = each == floats ? ofFloats : times(each, progress);
            Optional<PassTimes.Spread> time = times.perImage(PassTimes.Pass::network, batching.size());
            if (time.isEmpty()) {
                return List.of();
            }
            long bytes = 0;
            for (String name : each.weights().names()) {
                long items = each.weights().shape(name).stream().reduce(1, Math::multiplyExact);
                bytes += Math.ceilDiv(items * each.weights().type(name).bits(), Byte.SIZE);
            }
            String of = type.toString().toLowerCase(Locale.ROOT);
            weighed.add(new Weighed(of, bytes, time.orElseThrow().median()));
        }
        return weighed;
    }

    /** Runs some images again as one batch, and records the first steps. */
    LayerRecordings record(List<Integer> numbers, int mostSteps) {
        int steps = Math.min(settings.steps(), mostSteps);
        int[] samples = numbers.stream().mapToInt(Integer::intValue).toArray();
        BatchLoader.Batch batch = new Batching(samples.length)
                .withSeed(settings.seed())
                .withCode(batching.code())
                .batch(data.subset(samples));
        batch.read(0, samples);
        Signal input = batch.input();
        Signal rows = input instanceof SpikeMatrix spikes ? spikes.rows(0, steps * numbers.size()) : input;
        return LayerRecordings.of(network(), rows, numbers.size(), settings.withSteps(steps));
    }
}
