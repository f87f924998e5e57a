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
    /** A classifier for each concurrent request; requests use them again and again. */
    private volatile BlockingQueue<Classifier> workers;

    private final int size;

    public Service(Model model, int size) {
        this.size = size;
        this.workers = workers(model);
    }

    private BlockingQueue<Classifier> workers(Model model) {
        var made = new ArrayBlockingQueue<Classifier>(size);
        for (int i = 0; i < size; i++) {
            var worker = Classifier.of(model).seed(7); // a seed: the same image, the same spikes
            worker.warmUp(); // until times settle, 10 s at most
            made.add(worker);
        }
        return made;
    }

    /** Uses another model for all later requests. Running requests end with the old model. */
    public synchronized void swap(Model model) throws InterruptedException {
        var before = workers;
        workers = workers(model); // new requests go to them
        var idle = new ArrayList<Classifier>();
        while (idle.size() < size) {
            idle.add(before.take()); // waits for the end of its request
        }
        idle.forEach(Classifier::close);
        before.addAll(idle); // for a request that read the field before: a closed classifier works as before
    }

    /** For a health check: without vectors, requests take many times as long. */
    public boolean isHealthy() {
        return Simd.bits() > 0;
    }

    /** Classifies an image. Any number of threads may call it; a request waits for a free worker. */
    public Classifier.Result classify(float[] image) throws InterruptedException {
        var now = workers; // a swap may change the field before the worker returns
        var worker = now.take();
        try {
            return worker.classify(image); // as the model says, without a trace of earlier requests
        } finally {
            now.add(worker);
        }
    }

    /** Frees all memory. Call it after the last request. */
    @Override
    public void close() {
        workers.forEach(Classifier::close);
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
