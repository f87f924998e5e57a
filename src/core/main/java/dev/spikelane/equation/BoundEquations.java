package dev.spikelane.equation;

/** Neurons described by equations, with the values of their parameters in memory. */
public interface BoundEquations {

    /** Returns the equations; if variables are rounded at the spike, the part of the step before it. */
    Equations equations();

    /** Returns the equations of the step; if variables are rounded at the spike, the part of the step after it. */
    Equations steps();

    /** Returns the values of the parameters. */
    EquationParameters parameters();

    /** Returns the seed of a noise by its index in {@link Equations#noises}. */
    long seedOfNoise(int place);
}
