package dev.spikelane.plot.data;

import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * The spikes of one sample, copied to the heap so that a figure outlives the recording.
 *
 * @param name of the neurons, such as "hidden"; may be empty
 * @param words {@code [steps x stride]} words of 64 neurons, the first in the lowest bit, pad bits zero
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record SpikeTrain(String name, int steps, int neurons, long[] words) {

    /** Copies every {@code batch}-th row, from row {@code sample} on. */
    public static SpikeTrain of(String name, SpikeMatrix spikes, int batch, int sample) {
        int steps = Samples.steps("spikes", spikes.rows(), batch, sample);
        spikes.requireShape("spikes", spikes.rows(), spikes.columns());
        int stride = spikes.stride();
        if ((long) steps * stride > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(
                    spikes + " is too large for a figure; plot fewer steps, with rows(first, count)");
        }
        long[] words = new long[steps * stride];
        for (int step = 0; step < steps; step++) {
            long from = spikes.rowOffset(step * batch + sample);
            MemorySegment.copy(spikes.segment(), ValueLayout.JAVA_LONG, from, words, step * stride, stride);
        }
        return new SpikeTrain(Objects.requireNonNull(name, "name"), steps, spikes.columns(), words);
    }

    /** Returns the name, the numbers of neurons and spikes, and the density. */
    public String caption() {
        String density = new BigDecimal(density(), new MathContext(3))
                .stripTrailingZeros()
                .toPlainString();
        return (name.isEmpty() ? "" : name + " – ")
                + String.format(
                        Locale.ROOT,
                        "%,d %s, %,d spikes, density %s",
                        neurons,
                        neurons == 1 ? "neuron" : "neurons",
                        count(),
                        density);
    }

    private int stride() {
        return words.length / steps;
    }

    public boolean get(int step, int neuron) {
        return (words[step * stride() + neuron / Long.SIZE] >>> neuron & 1) != 0;
    }

    public long count() {
        long count = 0;
        for (long word : words) {
            count += Long.bitCount(word);
        }
        return count;
    }

    public int count(int step) {
        int count = 0;
        for (int word = step * stride(); word < (step + 1) * stride(); word++) {
            count += Long.bitCount(words[word]);
        }
        return count;
    }

    public double density() {
        return count() / ((double) steps * neurons);
    }

    /** Calls the consumer for each spike, steps and then neurons ascending. */
    public void forEach(SpikeConsumer consumer) {
        for (int step = 0; step < steps; step++) {
            int now = step;
            forEach(step, neuron -> consumer.accept(now, neuron));
        }
    }

    /** Calls the consumer for each neuron that fires in a step, ascending. */
    public void forEach(int step, IntConsumer consumer) {
        int stride = stride();
        for (int word = 0; word < stride; word++) {
            for (long rest = words[step * stride + word]; rest != 0; rest &= rest - 1) {
                consumer.accept(word * Long.SIZE + Long.numberOfTrailingZeros(rest));
            }
        }
    }

    public List<Integer> steps(int neuron) {
        return IntStream.range(0, steps)
                .filter(step -> get(step, neuron))
                .boxed()
                .toList();
    }

    public int[] counts() {
        int[] counts = new int[neurons];
        forEach((step, neuron) -> counts[neuron]++);
        return counts;
    }

    /** Returns the words, little-endian: bit {@code neuron % 8} of byte {@code step * stride * 8 + neuron / 8}. */
    public byte[] bytes() {
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(words.length, Long.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(words);
        return bytes.array();
    }

    @FunctionalInterface
    public interface SpikeConsumer {
        void accept(int step, int neuron);
    }
}
