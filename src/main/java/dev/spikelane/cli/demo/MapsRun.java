package dev.spikelane.cli.demo;

import dev.spikelane.cli.input.ImageSet;
import dev.spikelane.cli.terminal.Progress;
import dev.spikelane.io.Npy;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.model.Model;
import dev.spikelane.model.ModelFile;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.SpikeCounts;
import dev.spikelane.train.Classifier;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Shows images to the convolutional network of the demo, each the same at all steps. */
final class MapsRun {

    /** See the page on training convolutional networks. */
    static final String WEIGHTS = "fashion-mnist-conv.safetensors";

    /** Steps of an image: more than in training, for something to see. */
    static final int STEPS = 16;

    /** Steps of all images together whose spikes are kept. */
    private static final int MOST_ROWS = 16_000;

    private final Model model;
    private final ImageSet images;
    private final DemoSettings settings;

    MapsRun(Model model, ImageSet images, DemoSettings settings) {
        this.model = model;
        this.images = images;
        this.settings = settings;
    }

    /** The model that is part of the command line. */
    static Model model() throws IOException {
        try (InputStream stream = MapsRun.class.getResourceAsStream("/dev/spikelane/cli/" + WEIGHTS)) {
            if (stream == null) {
                throw new IOException(WEIGHTS + ": is missing in this build");
            }
            return ModelFile.readModel(WEIGHTS, stream);
        }
    }

    static void requireSize(ImageSet images) throws IOException {
        if (images.inputs() != TutorialRun.INPUTS) {
            throw new IOException(
                    images.name() + ": images are " + images.size() + ", expected 28 x 28 for --network conv");
        }
    }

    Network network() {
        return model.network();
    }

    private List<String> layers() {
        return network().populations().stream().map(Population::name).toList();
    }

    Result run(Progress progress) throws IOException {
        PassTimes times = times(progress);
        List<List<Integer>> counts = new ArrayList<>();
        Map<String, Double> spikes = new LinkedHashMap<>();
        progress.begin("Images", images.count());
        for (int first = 0; first < images.count(); first += settings.batch()) {
            int batch = Math.min(settings.batch(), images.count() - first);
            try (Arena arena = Arena.ofShared();
                    Simulation simulation = network().simulate(batch, settings.threads())) {
                Map<String, SpikeCounts> layers = new LinkedHashMap<>();
                layers().forEach(name -> layers.put(name, simulation.countSpikes(name)));
                simulation.runConstant(images.intensities(arena, first, batch), settings.steps());
                layers.forEach((name, layer) -> {
                    for (float count : layer.counts().toArray()) {
                        spikes.merge(name, (double) count / images.count(), Double::sum);
                    }
                });
                FloatMatrix last =
                        Objects.requireNonNull(layers.get(model.population())).counts();
                for (int image = 0; image < batch; image++) {
                    counts.add(NetworkRun.row(last, image));
                }
            }
            progress.advance(batch);
        }
        progress.end();
        return new Result(images, settings, model, counts, spikes, recognition(), times);
    }

    /** Looks at the rest of the embedded images too, which are enough to say how often the network is right. */
    private Recognition recognition() throws IOException {
        List<Integer> found = new ArrayList<>();
        int end = images.fashion() ? images.file().count() : images.count();
        try (Arena arena = Arena.ofShared();
                Classifier classifier = Classifier.of(model).steps(settings.steps())) {
            for (int image = 0; image < end; image++) {
                found.add(classifier
                        .classify(images.intensities(arena, image, 1).toArray())
                        .label());
            }
        }
        boolean known =
                images.classes().stream().allMatch(label -> label < network().outputs());
        return new Recognition(known ? images.classes() : List.of(), found, images.count());
    }

    /** Repeats the first batch until its times agree, or for as long as the user allows. */
    private PassTimes times(Progress progress) throws IOException {
        PassTimes times = new PassTimes();
        long start = System.nanoTime();
        long last = start;
        progress.begin("Warm-up", settings.warmUp() * 1_000_000_000L);
        try (Arena arena = Arena.ofShared();
                Simulation simulation = network().simulate(timed(), settings.threads())) {
            FloatMatrix frames = images.intensities(arena, 0, timed());
            while (!times.settled() && last - start < settings.warmUp() * 1e9) {
                long processor = PassTimes.processorTime();
                simulation.reset();
                simulation.runConstant(frames, settings.steps());
                long now = System.nanoTime();
                times.add(new PassTimes.Pass(0, (now - last) * 1e-9, (PassTimes.processorTime() - processor) * 1e-9));
                progress.advance(now - last);
                last = now;
            }
        }
        progress.end();
        return times;
    }

    private int timed() {
        return Math.min(settings.batch(), images.count());
    }

    /** What the layers do with the first images, as many as fit. */
    Kept keep(Arena arena) throws IOException {
        int steps = Math.min(settings.steps(), DemoReport.MOST_STEPS);
        int kept = Math.min(Math.min(images.count(), ImageTrains.MOST_IMAGES), MOST_ROWS / steps);
        try (Simulation simulation = network().simulate(kept, settings.threads())) {
            List<Population.SpikeRecorder> spikes = new ArrayList<>();
            List<FloatMatrix> membranes = new ArrayList<>();
            for (String name : layers()) {
                spikes.add(simulation.recordSpikes(name, steps));
                membranes.add(simulation.recordMembranes(name, steps).values());
            }
            simulation.runConstant(images.intensities(arena, 0, kept), steps);
            return new Kept(
                    kept,
                    steps,
                    spikes.stream().map(Population.SpikeRecorder::spikes).toList(),
                    membranes);
        }
    }

    /**
     * Recordings of all layers, {@code [steps * images x neurons]}.
     *
     * @param images how many
     * @param steps of each
     * @param spikes of each layer
     * @param membranes of each layer
     */
    record Kept(int images, int steps, List<SpikeMatrix> spikes, List<FloatMatrix> membranes) {

        /** Writes {@code [steps, images, neurons]} arrays. */
        void write(Path folder) throws IOException {
            for (int layer = 0; layer < spikes.size(); layer++) {
                int neurons = spikes.get(layer).columns();
                String end = (layer + 1) + ".npy";
                Npy.write(folder.resolve("images_spikes" + end), spikes.get(layer), steps, images, neurons);
                Npy.write(folder.resolve("images_membranes" + end), membranes.get(layer), steps, images, neurons);
            }
        }
    }

    /**
     * What the network made of the images.
     *
     * @param images the images
     * @param settings what the user chose
     * @param model the network and how it was trained
     * @param counts for each image the spikes of each class
     * @param spikes of each layer, for an image on average
     * @param recognition what images are taken for
     * @param times passes over the first batch
     */
    record Result(
            ImageSet images,
            DemoSettings settings,
            Model model,
            List<List<Integer>> counts,
            Map<String, Double> spikes,
            Recognition recognition,
            PassTimes times) {

        /** Milliseconds of an image; none if no pass was timed. */
        Optional<PassTimes.Spread> milliseconds() {
            int timed = Math.min(settings.batch(), images.count());
            return times.spread(PassTimes.Pass::network).map(spread -> spread.times(1e3 / timed));
        }
    }
}
