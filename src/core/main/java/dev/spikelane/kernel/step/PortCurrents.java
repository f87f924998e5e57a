package dev.spikelane.kernel.step;

import dev.spikelane.simd.Tile;
import java.util.List;

/**
 * The currents of neurons, {@code [rows x currents]}, for each port: those of the neurons that run are in use. Neurons
 * with several currents each run all together.
 */
public final class PortCurrents {

    private final Tile[] ports;
    private boolean clears;
    private boolean delayed;

    /**
     * The currents of neurons.
     *
     * @param ports what enters each port, in their order; all but the first are laid out as the first, and at the same
     *     blocks
     */
    public PortCurrents(Tile... ports) {
        this.ports = ports.clone();
    }

    /** Returns what enters the first port. */
    public Tile current() {
        return ports[0];
    }

    /** Says whether loops leave zeros where they have read currents, as {@link PortSteps#clears} ones can. */
    public void clear(boolean behind) {
        clears = behind;
    }

    boolean clears() {
        return clears;
    }

    /** Says that the first of these have gone through {@link PortSteps#line} already. */
    public void setDelayed() {
        delayed = true;
    }

    /** Whether they have. */
    public boolean delayed() {
        return delayed;
    }

    /** Returns how many ports there are. */
    public int count() {
        return ports.length;
    }

    /**
     * Returns what enters a port.
     *
     * @param number its place
     */
    public Tile port(int number) {
        return ports[number];
    }

    /**
     * Throws unless neurons are given what they take: currents of all ports, of the same neurons.
     *
     * @param names of the ports whose currents they take
     * @throws IllegalArgumentException if they are given those of more or fewer ports, or some differ in where they are
     */
    public void require(List<String> names) {
        requireCount(ports.length, names);
        for (int i = 1; i < ports.length; i++) {
            ports[i].requireAt(names.get(i), current());
            if (ports[i].origin() != current().origin()) {
                throw new IllegalArgumentException(names.get(i) + " is " + ports[i] + ", expected to be laid out as "
                        + names.getFirst() + ", " + current());
            }
        }
    }

    /**
     * Throws unless there are currents of as many ports as neurons take.
     *
     * @param count of ports that there are
     * @param names of the ports whose currents they take
     * @throws IllegalArgumentException if there are more or fewer
     */
    public static void requireCount(int count, List<String> names) {
        if (names.size() != count) {
            throw new IllegalArgumentException(
                    "currents are of " + (count == 1 ? "one port" : count + " ports") + ", expected those of " + names);
        }
    }
}
