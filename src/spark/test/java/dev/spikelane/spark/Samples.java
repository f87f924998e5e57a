package dev.spikelane.spark;

import dev.spikelane.connection.Distribution;
import dev.spikelane.connection.Connectivity;
import dev.spikelane.connection.Sparse;
import dev.spikelane.data.BatchLoader;
import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.data.InputEncoding;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.model.Model;
import dev.spikelane.model.ModelFile;
import dev.spikelane.network.Network;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Decoding;
import dev.spikelane.train.Loss;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Images that are functions of their numbers, networks for them, and what one machine makes of both. */
final class Samples {

    static final int PIXELS = 784;
    static final int STEPS = 25;
    static final long SEED = 42;
    static final StructType SCHEMA =
            new StructType().add("id", DataTypes.LongType).add("pixels", DataTypes.BinaryType);

    private static final int DEGREE = 5;

    /** Synapses of a loop: five from each neuron, which arrive one to four steps later. */
    static final Sparse LATERAL = Sparse.of(Connectivity.outDegree(DEGREE))
            .weights(Distribution.normal(-0.1, 0.2))
            .delays(Distribution.uniform(0, 3));

    private Samples() {}

    /** A network whose outputs fire at different rates. */
    static Model model(int hidden) {
        return model(hidden, new Leaky(0.95));
    }

    /** The same with a loop of synapses among its hidden neurons. */
    static Model looped(int hidden) {
        return model(hidden, new RLeaky(Recurrence.by(LATERAL), 0.95));
    }

    private static Model model(int hidden, Neuron neuron) {
        TorchRandom random = new TorchRandom(1);
        Network network = Network.builder(PIXELS)
                .dense(hidden, random)
                .neuron(neuron)
                .dense(10, random)
                .neuron(new Leaky(0.95))
                .build();
        return Model.of(network)
                .with(Model.STEPS, String.valueOf(STEPS))
                .with(Model.CODE, "rate")
                .with(Model.DECODING, "count");
    }

    static byte[] bytes(Model model) {
        return ModelFile.toBytes(model);
    }

    /** An image: patches of noise, other ones in each. */
    static byte[] pixels(long id) {
        Random random = new Random(id);
        byte[] pixels = new byte[PIXELS];
        int bright = random.nextInt(PIXELS);
        for (int i = 0; i < PIXELS; i++) {
            boolean patch = Math.floorMod(i - bright, PIXELS) < PIXELS / 3;
            pixels[i] = (byte) (patch ? 128 + random.nextInt(128) : random.nextInt(64));
        }
        return pixels;
    }

    static List<Row> rows(int count) {
        return IntStream.range(0, count)
                .mapToObj(id -> RowFactory.create((long) id, pixels(id)))
                .toList();
    }

    /** The images as a data set of one machine. */
    static Dataset local(int count) {
        FloatMatrix values = FloatMatrix.zeros(count, PIXELS);
        for (int id = 0; id < count; id++) {
            byte[] pixels = pixels(id);
            for (int i = 0; i < PIXELS; i++) {
                values.set(id, i, Byte.toUnsignedInt(pixels[i]) / 255f);
            }
        }
        return Dataset.of(Shape.of(PIXELS), values, new int[count], 10);
    }

    /** What one machine finds, as text for each id. */
    static List<String> answers(Model model, Dataset data, InputEncoding code, Decoding decoding) {
        List<String> found = new ArrayList<>();
        int size = 100;
        boolean looped = model.network().projections().size() > 2;
        try (Simulation simulation = model.network().simulate(size, 2);
                BatchLoader loader =
                        new BatchLoader(data, new Batching(size).withSeed(SEED).withCode(code))) {
            SpikeMatrix spikes = simulation.recordSpikes("lif2", STEPS).spikes();
            SpikeMatrix hidden = simulation.recordSpikes("lif1", STEPS).spikes();
            Loss.Input outputs = new Loss.Input(STEPS, size, 10)
                    .setSpikes(spikes)
                    .setMembranes(simulation
                            .recordBeforeReset("lif2", "membrane", STEPS)
                            .values());
            loader.start(0);
            while (loader.next()) {
                BatchLoader.Batch batch = loader.batch();
                simulation.reset();
                boolean frame = batch.input().rows() == size;
                if (frame) {
                    simulation.runConstant(batch.input(), STEPS);
                } else {
                    simulation.run(batch.input());
                }
                int[] labels = decoding.classes(outputs);
                for (int i = 0; i < size; i++) {
                    double operations = (looped ? 10.0 + DEGREE : 10.0) * count(hidden, i, size);
                    int reach = hidden.columns();
                    if (batch.input() instanceof SpikeMatrix input) {
                        operations += (double) reach * count(input, i, size);
                    } else {
                        for (float value :
                                ((FloatMatrix) batch.input()).rows(i, 1).toArray()) {
                            operations += value == 0 ? 0 : reach;
                        }
                    }
                    found.add(answer(spikes.sample(i, size), labels[i], operations, STEPS));
                }
            }
        }
        return found;
    }

    private static long count(SpikeMatrix spikes, int sample, int batch) {
        long sum = 0;
        for (int row = sample; row < STEPS * batch; row += batch) {
            sum += spikes.count(row, 1);
        }
        return sum;
    }

    private static String answer(SpikeMatrix spikes, int label, double operations, int steps) {
        int[] counts = new int[10];
        int[] first = new int[10];
        for (int neuron = 0; neuron < 10; neuron++) {
            boolean[] fires = spikes.column(neuron);
            first[neuron] = -1;
            for (int step = steps - 1; step >= 0; step--) {
                if (fires[step]) {
                    counts[neuron]++;
                    first[neuron] = step;
                }
            }
        }
        return label + " " + Arrays.toString(counts) + " " + Arrays.toString(first) + " " + operations + " " + steps;
    }

    /** The prediction of a row in the same words. */
    static String answer(Row prediction) {
        return prediction.get(0) + " " + Arrays.toString(prediction.getList(1).toArray()) + " "
                + Arrays.toString(prediction.getList(2).toArray()) + " " + prediction.get(3) + " " + prediction.get(4);
    }
}
