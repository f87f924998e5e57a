package dev.spikelane.example;

import dev.spikelane.kernel.Simd;
import dev.spikelane.model.Model;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Classifier;
import java.util.ArrayList;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.stream.IntStream;

public class Service implements AutoCloseable {
    /** What one request at a time needs; all of it is used again and again. */
    private volatile BlockingQueue<Classifier> desks;

    private final int size;

    public Service(Model model, int size) {
        this.size = size;
        this.desks = desks(model);
    }

    private BlockingQueue<Classifier> desks(Model model) {
        var made = new ArrayBlockingQueue<Classifier>(size);
        for (int i = 0; i < size; i++) {
            var desk = Classifier.of(model).seed(7); // a seed: the same image, the same spikes
            desk.warmUp(); // until times settle, 10 s at most; says what it has reached
            made.add(desk);
        }
        return made;
    }

    /** Answers by another model from now on, while requests come; those under way end with the one they began with. */
    public synchronized void swap(Model model) throws InterruptedException {
        var before = desks;
        desks = desks(model); // new requests go to them
        var home = new ArrayList<Classifier>();
        while (home.size() < size) {
            home.add(before.take()); // as soon as its request has ended
        }
        home.forEach(Classifier::close);
        before.addAll(home); // a request may have seen them before and take one only now: it works as before
    }

    /** For a health check: without vectors requests take many times as long. */
    public boolean isHealthy() {
        return Simd.bits() > 0;
    }

    /** Any number of threads may call it; as many as there are desks compute at a time. */
    public Classifier.Result classify(float[] image) throws InterruptedException {
        var now = desks; // a request brings its desk back to where it was
        var desk = now.take();
        try {
            return desk.classify(image); // encodes, runs and decodes as the model notes; knows nothing of the one before
        } finally {
            now.add(desk);
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
