package dev.spikelane.engine;

import dev.spikelane.memory.FloatMatrix;
import java.util.List;

/**
 * New values of some parameters of a population, which are checked together.
 *
 * @param population number of the population
 * @param names names of the parameters
 * @param values values of each parameter, in torch's order
 */
public record ParameterChange(int population, List<String> names, List<FloatMatrix> values) {}
