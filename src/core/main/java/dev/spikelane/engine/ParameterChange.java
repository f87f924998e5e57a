package dev.spikelane.engine;

import dev.spikelane.memory.FloatMatrix;
import java.util.List;

/**
 * Other values of some parameters of a population, which are judged together.
 *
 * @param population its number
 * @param names of parameters
 * @param values of each, in torch's order
 */
public record ParameterChange(int population, List<String> names, List<FloatMatrix> values) {}
