package dev.spikelane.example;

import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

public class EventStream {
    private static final int SIDE = 34;
    private static final int BYTES = 5; // of an event: x, y, and a bit of polarity before 23 bits of microseconds

    public static void main(String[] arguments) throws IOException {
        byte[] events = arguments.length > 0 ? Files.readAllBytes(Path.of(arguments[0])) : movingBar();
        var spikes = SpikeMatrix.zeros(1, 2 * SIDE * SIDE); // what the camera sees in a millisecond
        try (var simulation = network(new TorchRandom(42)).simulate(1)) {
            var maps = simulation.countSpikes("lif1");
            var classes = simulation.countSpikes("lif3");
            int next = 0;
            while (next < events.length) {
                spikes.clear();
                for (; next < events.length && time(events, next) / 1000 == simulation.steps(); next += BYTES) {
                    spikes.set(0, pixel(events, next), true);
                }
                simulation.step(spikes); // returns the ten bits of lif3, before later events are known
            }
            System.out.printf(Locale.ROOT, "%d events in %d steps, density of lif1 %.3f, label %d%n",
                    events.length / BYTES, simulation.steps(), maps.density(), classes.label(0));
        }
    }

    /** The network of snnTorch's tutorial 7; without training its currents are small. */
    static Network network(TorchRandom random) {
        return Network.builder(Shape.of(2, SIDE, SIDE)) // polarity, y, x
                .conv2d(12, 5, random).scale(4).maxPool2d(2).neuron(new Leaky(0.5)) // 12 maps of 15 x 15
                .conv2d(32, 5, random).scale(4).maxPool2d(2).neuron(new Leaky(0.5)) // 32 maps of 5 x 5
                .flatten().dense(10, random).scale(4).neuron(new Leaky(0.5))
                .build();
    }

    private static int time(byte[] events, int at) {
        return (events[at + 2] & 0x7f) << 16 | (events[at + 3] & 0xff) << 8 | events[at + 4] & 0xff;
    }

    private static int pixel(byte[] events, int at) {
        int polarity = (events[at + 2] & 0x80) >> 7; // 1: it became brighter
        return (polarity * SIDE + events[at + 1]) * SIDE + events[at];
    }

    /** In place of a file of N-MNIST: a bright bar, three pixels wide, that moves to the right, a pixel in 3 ms. */
    private static byte[] movingBar() {
        var events = new ByteArrayOutputStream();
        for (int x = 3; x < SIDE; x++) {
            for (int y = 4; y < SIDE - 4; y++) {
                int time = 3000 * (x - 3) + 90 * y;
                events.writeBytes(new byte[] {(byte) x, (byte) y, (byte) (0x80 | time >> 16), (byte) (time >> 8), (byte) time});
                events.writeBytes(new byte[] {(byte) (x - 3), (byte) y, (byte) (time >> 16), (byte) (time >> 8), (byte) time});
            }
        }
        return events.toByteArray();
    }
}
