package dev.spikelane.train.run;

import dev.spikelane.data.Batching;
import dev.spikelane.random.TorchRandom;
import java.util.zip.CRC32;

/**
 * The order of samples in the present epoch, and the generator's state before it was drawn, which checkpoints store.
 */
public final class EpochOrders {

    private final Batching batching;
    private final int samples;
    private TorchRandom generator;
    private int epoch = -1;
    private int[] order = {};
    private int[] state = {};
    private String sum = "";
    private String firstSum = "";

    public EpochOrders(Batching batching, int samples) {
        this.batching = batching;
        this.samples = samples;
        this.generator = batching.generator(0, samples);
    }

    /** Draws the order of an epoch; orders between it and the last one are skipped. */
    public void go(int to) {
        if (to == epoch) {
            return;
        }
        if (to != epoch + 1) {
            generator = batching.generator(to, samples);
        }
        draw(to);
    }

    /** Draws the order of an epoch from a saved state of the generator. */
    void go(int to, int[] saved) {
        generator = TorchRandom.ofState(saved);
        draw(to);
    }

    private void draw(int to) {
        state = generator.state();
        order = batching.order(generator, samples);
        sum = sum(order);
        epoch = to;
    }

    public int[] order() {
        return order;
    }

    int[] state() {
        return state;
    }

    String sum() {
        return sum;
    }

    /** Returns the checksum of the first epoch's order, which identifies the seed. */
    String firstSum() {
        if (firstSum.isEmpty()) {
            firstSum = epoch == 0 ? sum : sum(batching.order(0, samples));
        }
        return firstSum;
    }

    private static String sum(int[] order) {
        CRC32 sum = new CRC32();
        for (int sample : order) {
            sum.update(sample);
            sum.update(sample >> Byte.SIZE);
            sum.update(sample >> Short.SIZE);
        }
        return Long.toHexString(sum.getValue());
    }
}
