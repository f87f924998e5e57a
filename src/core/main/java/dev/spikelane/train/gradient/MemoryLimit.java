package dev.spikelane.train.gradient;

import dev.spikelane.connection.operator.Operator;
import dev.spikelane.engine.LaidOutNetwork;
import dev.spikelane.memory.limit.NativeMemory;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.simd.Checks;
import java.util.function.LongSupplier;

/**
 * The memory limit of training.
 *
 * @param most bytes that the user allows, or {@link #MACHINE}
 */
public record MemoryLimit(long most) {

    /** All memory that {@link NativeMemory} reports as free. */
    public static final long MACHINE = -1;

    /**
     * An upper bound of the bytes for a neuron, step and sample of a population, a value of an input, or an input or
     * output value of an operator.
     */
    private static final int BYTES_OF_VALUE = 32;

    public static MemoryLimit of(long bytes) {
        Checks.atLeast(0, "bytes", bytes);
        return new MemoryLimit(bytes);
    }

    /**
     * Throws if work needs too much memory. The need is measured with a small window, which takes time. Without a limit
     * of the user, it is measured only if the work may come near the memory of the machine.
     *
     * @param work the name of the work, for the message
     * @param network the network
     * @param rows steps times samples
     * @param keptRows the rows of a window, whose spikes are always stored
     * @param needed returns the bytes that it needs
     * @param remedies ways to need less, for the message
     * @throws IllegalStateException if it needs more than the limit
     */
    public void require(String work, Network network, long rows, long keptRows, LongSupplier needed, String remedies) {
        if (most == MACHINE && atMost(network, (double) rows) < NativeMemory.limit() - NativeMemory.held()) {
            return;
        }
        require(work + " at least ", atLeast(network, keptRows), remedies); // to compute the exact sum would take long
        require(work + " ", needed.getAsLong(), remedies);
    }

    private void require(String work, long bytes, String remedies) {
        long limit = most == MACHINE ? NativeMemory.room(bytes) : most;
        if (bytes > limit) {
            throw new IllegalStateException(work + bytes + " bytes, expected at most " + limit
                    + (most == MACHINE ? " (held are " + NativeMemory.describe() + ")" : "") + "; " + remedies);
        }
    }

    private static long atLeast(Network network, long rows) {
        double bytes = 0;
        for (Population population : network.populations()) {
            bytes += (double) rows * population.size() / Byte.SIZE;
        }
        return (long) bytes;
    }

    /** Returns an error that names the work and the needed bytes, if memory ran out below the limit. */
    public static OutOfMemoryError refused(String work, OutOfMemoryError refused, String remedies) {
        OutOfMemoryError named =
                new OutOfMemoryError(work + " does not fit in memory: " + refused.getMessage() + "; " + remedies);
        named.initCause(refused);
        return named;
    }

    private static double atMost(Network network, double rows) {
        double values = 0;
        for (Population population : network.populations()) {
            values += population.size();
        }
        for (Input input : network.inputs()) {
            values += input.shape().size();
        }
        LaidOutNetwork layout = network.laidOut();
        for (int i = 0; i < network.projections().size(); i++) {
            for (Operator operator : layout.chain(i).operators()) {
                values += (double) operator.inputs() + operator.outputs();
            }
        }
        return values * rows * BYTES_OF_VALUE;
    }
}
