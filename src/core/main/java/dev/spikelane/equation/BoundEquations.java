package dev.spikelane.equation;

/** Neurons of equations that are laid out. */
public interface BoundEquations {

    /** What they are, up to the spike where variables are rounded there. */
    Equations equations();

    /** The step, or what comes behind that. */
    Equations steps();

    /** The values of their parameters. */
    EquationParameters parameters();

    /** The seed of a noise, by its place. */
    long seedOfNoise(int place);
}
