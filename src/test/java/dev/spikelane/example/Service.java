package dev.spikelane.example;

import dev.spikelane.encode.Rate;
import dev.spikelane.kernel.Simd;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.SpikeCounts;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.stream.IntStream;

public class Service implements AutoCloseable {
    private static final int STEPS = 200;

    /** What one request at a time needs; all of it is used again and again. */
    private record Desk(Simulation simulation, SpikeCounts counts, FloatMatrix pixels, SpikeMatrix spikes) {
        static Desk of(Network network) {
            var simulation = network.simulate(1);
            return new Desk(
                    simulation,
                    simulation.countSpikes("lif2"),
                    FloatMatrix.zeros(1, 784),
                    SpikeMatrix.zeros(STEPS, 784));
        }
    }

    private final BlockingQueue<Desk> desks;

    public Service(Network network, int size) {
        this.desks = new ArrayBlockingQueue<>(size);
        network.warmUp(1); // no round starts after 4 s; says how long it took, or nothing if times did not settle
        for (int i = 0; i < size; i++) {
            desks.add(Desk.of(network));
        }
    }

    /** For a health check: without vectors requests take up to 26 times as long. */
    public boolean isHealthy() {
        return Simd.bits() > 0;
    }

    /** Any number of threads may call it; as many as there are desks compute at a time. */
    public int classify(float[] image) throws InterruptedException {
        var desk = desks.take();
        try {
            desk.pixels().copyFrom(image);
            new Rate().encode(desk.pixels(), desk.spikes(), 7); // a seed: the same image, the same spikes
            desk.simulation().reset(); // membranes and counts: a request knows nothing of the one before
            desk.simulation().run(desk.spikes());
            return desk.counts().label(0);
        } finally {
            desks.add(desk);
        }
    }

    /** Call it when no request is being computed any more. */
    @Override
    public void close() {
        desks.forEach(desk -> desk.simulation().close());
    }

    public static void main(String[] arguments) throws InterruptedException {
        var random = new TorchRandom(42);
        var network = Network.builder(784)
                .dense(1000, random).neuron(new Leaky(0.99))
                .dense(10, random).neuron(new Leaky(0.99)).build();
        try (var service = new Service(network, 2)) {
            var image = random.rand(1, 784).toArray();
            int alone = service.classify(image);
            long same = IntStream.range(0, 100).parallel()
                    .filter(request -> classify(service, image) == alone)
                    .count();
            System.out.println(same + " of 100 answers are the same");
        }
    }

    private static int classify(Service service, float[] image) {
        try {
            return service.classify(image);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }
}
