package dev.spikelane.model;

import dev.spikelane.connection.Connectivity;
import dev.spikelane.connection.Distribution;
import dev.spikelane.connection.Sparse;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.neuron.Leaky;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes and reads a network with 560 million weights. */
final class LargeModelMain {

    private static final int SOURCES = 1_000_000;
    private static final int PROJECTIONS = 4;
    private static final int DEGREE = 140;

    private LargeModelMain() {}

    public static void main(String[] arguments) throws IOException {
        Path file = Path.of(arguments[0]);
        FloatMatrix first = write(file);
        Network read = ModelFile.read(file);
        FloatMatrix last = read.weights().get("p3.weight");
        boolean same = Files.size(file) > 1L << 31
                && last.columns() == SOURCES * DEGREE
                && last.get(0, last.columns() - 1) == 7
                && read.weights().get("p0.weight").segment().mismatch(first.segment()) == -1;
        System.out.println(same ? "all came back" : "another file came back");
    }

    private static FloatMatrix write(Path file) throws IOException {
        NetworkBuilder builder = Network.builder();
        Input input = builder.input("x", Shape.of(SOURCES));
        Population neurons = builder.population("neurons", Shape.of(1_000), new Leaky(0.9));
        for (int i = 0; i < PROJECTIONS; i++) {
            Sparse drawn = Sparse.of(Connectivity.outDegree(DEGREE)).weights(Distribution.uniform(0, 1));
            builder.project("p" + i, input, neurons, drawn.to(1_000).seed(i));
        }
        Network network = builder.build();
        FloatMatrix weights = network.weights().get("p3.weight");
        weights.set(0, weights.columns() - 1, 7);
        network.weights().replace("p3.weight", weights);
        ModelFile.write(file, network);
        return network.weights().get("p0.weight");
    }
}
