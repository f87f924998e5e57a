package dev.spikelane.cli.demo;

import dev.spikelane.cli.train.OutputSpikes;
import dev.spikelane.io.Npy;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.plot.Figure;
import dev.spikelane.plot.Plot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Recordings of layers, {@code [steps * images x neurons]}.
 *
 * @param input spikes; null for constant images
 */
record LayerRecordings(
        int images,
        int steps,
        @Nullable SpikeMatrix input,
        List<String> names,
        List<SpikeMatrix> spikes,
        List<FloatMatrix> membranes) {

    static LayerRecordings of(Network network, Signal rows, int images, DemoSettings settings) {
        List<String> names = layers(network);
        List<Population.SpikeRecorder> spikes = new ArrayList<>();
        List<FloatMatrix> membranes = new ArrayList<>();
        SpikeMatrix input = rows instanceof SpikeMatrix fired ? fired : null;
        int steps = input == null ? settings.steps() : input.rows() / images;
        try (Simulation simulation = network.simulate(images, settings.threads())) {
            for (int layer = 0; layer < names.size(); layer++) {
                spikes.add(simulation.recordSpikes(layer, steps));
                membranes.add(simulation.recordMembranes(layer, steps).values());
            }
            run(simulation, rows, steps);
        }
        return new LayerRecordings(
                images,
                steps,
                input,
                names,
                spikes.stream().map(Population.SpikeRecorder::spikes).toList(),
                membranes);
    }

    /** Runs spikes of all steps, or constant images. */
    static void run(Simulation simulation, Signal rows, int steps) {
        if (rows instanceof SpikeMatrix) {
            simulation.run(rows);
        } else {
            simulation.runConstant(rows, steps);
        }
    }

    /** Returns the names of layers for the user. */
    static List<String> layers(Network network) {
        List<String> names = new ArrayList<>();
        int hidden = network.populations().size() - 1;
        for (int layer = 0; layer < hidden; layer++) {
            names.add(hidden == 1 ? "hidden" : "hidden " + (layer + 1));
        }
        names.add("output");
        return names;
    }

    Figure raster(int image, String... outputs) {
        Figure raster = null;
        if (input != null) {
            raster = Plot.raster("input", input, images, image);
        }
        for (int layer = 0; layer < names.size(); layer++) {
            String name = names.get(layer);
            raster = raster == null
                    ? Plot.raster(name, spikes.get(layer), images, image)
                    : raster.add(name, spikes.get(layer), images, image);
        }
        return Objects.requireNonNull(raster).labels(outputs);
    }

    List<Integer> counts(int image) {
        return new OutputSpikes(spikes.getLast(), images).counts(image);
    }

    /** Writes {@code [steps, images, neurons]} arrays. */
    void write(Path folder, String name) throws IOException {
        if (input != null) {
            Npy.write(folder.resolve(name + "_input.npy"), input, steps, images, input.columns());
        }
        for (int layer = 0; layer < spikes.size(); layer++) {
            int neurons = spikes.get(layer).columns();
            String end = (layer + 1) + ".npy";
            Npy.write(folder.resolve(name + "_spikes" + end), spikes.get(layer), steps, images, neurons);
            Npy.write(folder.resolve(name + "_membranes" + end), membranes.get(layer), steps, images, neurons);
        }
    }
}
