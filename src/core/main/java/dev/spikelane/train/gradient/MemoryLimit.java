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
 * The most memory that training may take.
 *
 * @param most bytes that the user allows, or {@link #MACHINE}
 */
public record MemoryLimit(long most) {

    /** As much as {@link NativeMemory} leaves. */
    public static final long MACHINE = -1;

    /**
     * More than a population needs for a neuron, step and sample, an input for a value, or a projection for one that
     * goes in or comes out of an operator.
     */
    private static final int BYTES_OF_VALUE = 32;

    public static MemoryLimit of(long bytes) {
        Checks.atLeast(0, "bytes", bytes);
        return new MemoryLimit(bytes);
    }

    /**
     * Refuses work that needs too much. A small window, which takes time, tells how much it needs; so where
     * the user set no limit it is asked for only if the work may come near the memory of the machine.
     *
     * @param work the work, for the message
     * @param network the network
     * @param rows steps times samples
     * @param keptRows those of a window, of which the spikes are kept in any case
     * @param needed bytes that it needs
     * @param remedies the ways to need less, for the message
     * @throws IllegalStateException if it needs more than it may have
     */
    public void require(String work, Network network, long rows, long keptRows, LongSupplier needed, String remedies) {
        if (most == MACHINE && atMost(network, (double) rows) < NativeMemory.limit() - NativeMemory.held()) {
            return;
        }
        require(work + " at least ", atLeast(network, keptRows), remedies); // the exact sum would take long to find
        require(work + " ", needed.getAsLong(), remedies);
    }

    private void require(String work, long bytes, String remedies) {
        long limit = most == MACHINE ? NativeMemory.room(bytes) : most;
        if (bytes > limit) {
            throw new IllegalStateException(work + bytes + " bytes, expected at most " + limit
                    + (most == MACHINE ? " (held are " + NativeMemory.describe() + ")" : "") + "; " + remedies);
        }
    }

    /** The bytes of all spikes of a window. */
    private static long atLeast(Network network, long rows) {
        double bytes = 0;
        for (Population population : network.populations()) {
            bytes += (double) rows * population.size() / Byte.SIZE;
        }
        return (long) bytes;
    }

    /**
     * Names the work that memory was refused for, though the limit allows it: the machine, the JVM or the container
     * gives less.
     *
     * @param work the work
     * @param refused says the need
     * @param remedies the ways to need less
     */
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
