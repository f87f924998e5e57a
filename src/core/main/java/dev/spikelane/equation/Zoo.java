package dev.spikelane.equation;

import dev.spikelane.io.file.JsonValue;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Texts of well-known neurons, each checked against its publication. */
public final class Zoo {

    public static final List<String> NAMES = List.of(
            "izhikevich",
            "adaptive-exponential",
            "iaf-psc-exp",
            "iaf-psc-alpha",
            "conductance-lif",
            "cuba-lif",
            "delta-lif",
            "hodgkin-huxley",
            "hodgkin-huxley-traub",
            "adaptive-threshold",
            "mat2",
            "adaptive-exponential-alpha",
            "parametric-lif",
            "associative-leaky",
            "balanced-resonator",
            "gated-lif",
            "sliding-psn");

    private Zoo() {}

    public static String text(String name) {
        if (!NAMES.contains(name)) {
            throw new IllegalArgumentException(
                    JsonValue.quoted(name) + " is no neuron of these, expected one of " + NAMES);
        }
        return resource(name + ".txt");
    }

    static String resource(String file) {
        try (InputStream stream = Zoo.class.getResourceAsStream(file)) {
            if (stream == null) {
                throw new IllegalStateException("the resource '" + file + "' is missing");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
