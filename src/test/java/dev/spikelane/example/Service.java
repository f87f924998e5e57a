package dev.spikelane.example;

import dev.spikelane.kernel.Simd;
import dev.spikelane.model.Model;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Classification;
import dev.spikelane.train.Classifier;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.stream.IntStream;

public class Service implements AutoCloseable {
    /** What one request at a time needs; all of it is used again and again. */
    private final BlockingQueue<Classifier> desks;

    public Service(Model model, int size) {
        this.desks = new ArrayBlockingQueue<>(size);
        model.network().warmUp(1); // no round starts after 4 s; says how long it took, or nothing if times did not settle
        for (int i = 0; i < size; i++) {
            desks.add(Classifier.of(model).seed(7)); // a seed: the same image, the same spikes
        }
    }

    /** For a health check: without vectors requests take many times as long. */
    public boolean isHealthy() {
        return Simd.bits() > 0;
    }

    /** Any number of threads may call it; as many as there are desks compute at a time. */
    public Classification classify(float[] image) throws InterruptedException {
        var desk = desks.take();
        try {
            return desk.classify(image); // encodes, runs and decodes as the model notes; knows nothing of the one before
        } finally {
            desks.add(desk);
        }
    }

    /** Call it when no request is being computed any more. */
    @Override
    public void close() {
        desks.forEach(Classifier::close);
    }

    public static void main(String[] arguments) throws InterruptedException {
        var random = new TorchRandom(42);
        var network = Network.builder(784)
                .dense(1000, random).neuron(new Leaky(0.99))
                .dense(10, random).neuron(new Leaky(0.99)).build();
        var model = Model.of(network) // ModelFile.readModel(file) has these notes from training
                .with(Model.STEPS, "200").with(Model.CODE, "rate").with(Model.DECODING, "count");
        try (var service = new Service(model, 2)) {
            var image = random.rand(1, 784).toArray();
            int alone = service.classify(image).label();
            long same = IntStream.range(0, 100).parallel()
                    .filter(request -> classify(service, image) == alone)
                    .count();
            System.out.println(same + " of 100 answers are the same");
        }
    }

    private static int classify(Service service, float[] image) {
        try {
            return service.classify(image).label();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }
}
