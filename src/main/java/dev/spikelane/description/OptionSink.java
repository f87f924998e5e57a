package dev.spikelane.description;

import dev.spikelane.connection.Connection;
import dev.spikelane.neuron.Quantization;

/** Takes what was said, one option after another. */
public interface OptionSink {

    void text(String name, String value);

    void truth(String name, boolean value);

    void integer(String name, long value);

    void number(String name, float value);

    void connection(String name, Connection value);

    void quantization(String name, Quantization value);
}
