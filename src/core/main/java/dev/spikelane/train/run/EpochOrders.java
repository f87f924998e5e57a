package dev.spikelane.train.run;

import dev.spikelane.data.Batching;
import dev.spikelane.random.TorchRandom;
import java.util.zip.CRC32;

/**
 * The order of the samples in the epoch that a run is in, and the state of the generator before it drew that,
 * which checkpoints keep.
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

    /** Goes to an epoch; those between it and the last one are left out. */
    public void go(int to) {
        if (to == epoch) {
            return;
        }
        if (to != epoch + 1) {
            generator = batching.generator(to, samples);
        }
        draw(to);
    }

    /** Goes to an epoch before which the generator had a state. */
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

    /** The order of the epoch. */
    public int[] order() {
        return order;
    }

    /** The state of the generator before the order of the epoch was drawn. */
    int[] state() {
        return state;
    }

    /** A number that tells the order of the epoch from others. */
    String sum() {
        return sum;
    }

    /** The number of the first epoch's order, which tells seeds apart. */
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
