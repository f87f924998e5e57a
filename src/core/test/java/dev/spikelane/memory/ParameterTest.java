package dev.spikelane.memory;

import static dev.spikelane.Failures.assertInvalid;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class ParameterTest {

    @Test
    void oneValueStandsForAllNeurons() {
        Parameter one = Parameter.of(0.5f);
        assertEquals(0.5f, one.value(0));
        assertEquals(0.5f, one.value(1_000_000));
        assertEquals("0.5", one.toString());
    }

    @Test
    void valuesStandForOneNeuronEach() {
        Parameter three = Parameter.of(1, 2, 3);
        assertEquals(3, three.value(2));
        assertThrows(IndexOutOfBoundsException.class, () -> three.value(3));
        assertEquals("3 values from 1.0 to 3.0", three.toString());
    }

    @Test
    void isNotChangedThroughItsArrays() {
        float[] values = {1, 2};
        Parameter parameter = Parameter.of(values);
        values[0] = 7;
        parameter.values()[1] = 7;
        assertArrayEquals(new float[] {1, 2}, parameter.values());
    }

    @Test
    void equalsByValue() {
        assertEquals(Parameter.of(1, 2), Parameter.of(1, 2));
        assertEquals(Parameter.of(1, 2).hashCode(), Parameter.of(1, 2).hashCode());
        assertNotEquals(Parameter.of(1, 2), Parameter.of(1, 3));
        assertNotEquals(Parameter.of(1), Parameter.of(1, 1));
    }

    @Test
    void knowsWhetherItIsAlwaysAValue() {
        assertTrue(Parameter.of(1, 1).isAlways(1));
        assertFalse(Parameter.of(1, 2).isAlways(1));
        assertFalse(Parameter.of(Float.NaN).isAlways(Float.NaN));
    }

    @Test
    void refusesNoValues() {
        assertInvalid("parameter has no value, expected one, or one for each neuron", () -> Parameter.of());
    }

    @Test
    void namesTheNeuronWhoseValueIsNotFinite() {
        assertInvalid(
                "beta of neuron 1 is NaN, expected a finite number",
                () -> Parameter.of(1, Float.NaN).requireFinite("beta"));
        assertInvalid(
                "beta is Infinity, expected a finite number",
                () -> Parameter.of(Float.POSITIVE_INFINITY).requireFinite("beta"));
    }
}
