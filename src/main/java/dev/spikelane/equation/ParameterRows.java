package dev.spikelane.equation;

import dev.spikelane.loop.Frame;
import java.util.Set;

/** The parameters of neurons that are laid out. */
public interface ParameterRows {

    /** Neurons of a row. */
    int neurons();

    /** Says where the parameters are. */
    void put(Frame frame);

    /** Names of the parameters that are one value for all neurons. */
    Set<String> shared();
}
