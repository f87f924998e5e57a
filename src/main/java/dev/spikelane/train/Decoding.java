package dev.spikelane.train;

/** How the outputs of a population over time become a class. */
public enum Decoding {
    /** The class that fires most often, its outputs added up; the lowest of equals. */
    RATE,
    /** The output that fires first, where one that is silent fires at the last step; the lowest of equals. */
    FIRST_SPIKE,
    /** The output with the highest membrane of all steps; the lowest of equals. */
    MAX_MEMBRANE,
    /** The output with the largest sum over the steps of the softmax of the membranes; the lowest of equals. */
    MEMBRANE,
    /** Outputs are not classes. */
    NONE
}
