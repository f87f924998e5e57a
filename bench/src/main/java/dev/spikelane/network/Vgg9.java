package dev.spikelane.network;

import dev.spikelane.connection.Kernel;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.util.List;

/**
 * 64C3-64C3-P2-128C3-128C3-P2-256C3-256C3-256C3-P2-1024-10 of leaky neurons with beta 0.5 on frames of 3 x 32 x 32
 * random values, with torch's fresh weights of seed 42. Without a gain deep layers would be silent. So either currents
 * are scaled until each layer fires with a density of 0.09 to 0.11, or a batch norm follows each convolution.
 */
public final class Vgg9 {

    public static final int STEPS = 4;
    public static final int BATCH = 16;

    private static final float BETA = 0.5f;
    private static final int[] MAPS = {64, 64, 128, 128, 256, 256, 256};
    private static final List<Integer> POOLED = List.of(1, 3, 6);
    private static final int HIDDEN = 1024;
    private static final int CLASSES = 10;
    private static final float[] GAINS = {2.4f, 2.4f, 4, 2.4f, 4.9f, 4.9f, 2.4f, 4.4f, 5.4f};

    private final TorchRandom random = new TorchRandom(42);

    /** The network. */
    public final Network network;

    /** Images from torch's stream, drawn after the weights, {@code [BATCH x 3072]}. */
    public final FloatMatrix images;

    /**
     * Creates network and images.
     *
     * @param normalized true for batch norms after convolutions, false for gains
     */
    public Vgg9(boolean normalized) {
        Shape shape = Shape.of(3, 32, 32);
        NetworkBuilder chain = Network.builder(shape);
        for (int layer = 0; layer < MAPS.length; layer++) {
            chain.convolution(MAPS[layer], Kernel.of(3).withPadding(1), random);
            if (normalized) {
                chain.batchNorm();
            } else {
                chain.scale(GAINS[layer]);
            }
            if (POOLED.contains(layer)) {
                chain.maxPool2d(2);
            }
            chain.neuron(new Leaky(BETA));
        }
        chain.flatten();
        dense(chain, HIDDEN, normalized ? 1 : GAINS[MAPS.length]);
        dense(chain, CLASSES, normalized ? 1 : GAINS[MAPS.length + 1]);
        network = chain.build();
        images = random.rand(BATCH, shape.size());
    }

    private void dense(NetworkBuilder chain, int outputs, float gain) {
        chain.dense(outputs, random).scale(gain).neuron(new Leaky(BETA));
    }
}
