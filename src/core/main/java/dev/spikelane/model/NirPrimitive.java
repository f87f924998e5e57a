package dev.spikelane.model;

import dev.spikelane.connection.Connection;
import dev.spikelane.model.FlatGraph.FlatNode;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The primitives of NIR and their parameters; those after the bar are optional. */
enum NirPrimitive {
    AFFINE("Affine", Role.LINK, NirNodes::affine, "weight bias"),
    AVG_POOL_2D("AvgPool2d", Role.LINK, NirNodes::average, "kernel_size stride | padding"),
    CONV_1D("Conv1d", Role.LINK, NirNodes::convolution, "weight | bias stride padding dilation groups input_shape"),
    CONV_2D("Conv2d", Role.LINK, NirNodes::convolution, "weight | bias stride padding dilation groups input_shape"),
    CUBA_LI("CubaLI", Role.STATE, "tau_mem tau_syn r v_leak | w_in"),
    CUBA_LIF("CubaLIF", Role.SPIKES, "tau_mem tau_syn r v_leak v_threshold | w_in v_reset"),
    DELAY("Delay", Role.DELAY, "delay"),
    FLATTEN("Flatten", Role.LINK, NirNodes::flatten, "| start_dim end_dim input_type"),
    I("I", Role.STATE, "r"),
    IF("IF", Role.SPIKES, "r v_threshold | v_reset"),
    INPUT("Input", Role.INPUT, "shape"),
    LI("LI", Role.STATE, "tau r v_leak"),
    LIF("LIF", Role.SPIKES, "tau r v_leak v_threshold | v_reset"),
    LINEAR("Linear", Role.LINK, NirNodes::linear, "weight"),
    OUTPUT("Output", Role.OUTPUT, "| shape"),
    SCALE("Scale", Role.LINK, NirNodes::scale, "scale"),
    SUM_POOL_2D("SumPool2d", Role.LINK, NirNodes::sum, "kernel_size stride | padding"),
    THRESHOLD("Threshold", Role.STEP, "threshold");

    enum Role {
        INPUT,
        OUTPUT,
        LINK,
        DELAY,
        /** Neurons whose output is the membrane. */
        STATE,
        /** Neurons whose output is spikes. */
        SPIKES,
        STEP
    }

    interface Reader {
        Connection read(NirNodes nodes, FlatNode node) throws IOException;
    }

    private final String type;
    private final Role role;

    @SuppressWarnings("ImmutableEnumChecker") // lambdas that capture nothing
    private final @Nullable Reader reader;

    private final String parameters;

    NirPrimitive(String type, Role role, String parameters) {
        this(type, role, null, parameters);
    }

    NirPrimitive(String type, Role role, @Nullable Reader reader, String parameters) {
        this.type = type;
        this.role = role;
        this.reader = reader;
        this.parameters = parameters;
    }

    private static List<String> words(String text) {
        return text.isBlank() ? List.of() : List.of(text.strip().split(" ", -1));
    }

    static @Nullable NirPrimitive named(String type) {
        for (NirPrimitive each : values()) {
            if (each.type.equals(type)) {
                return each;
            }
        }
        return null;
    }

    Role role() {
        return role;
    }

    Reader reader() {
        return Objects.requireNonNull(reader);
    }

    List<String> required() {
        return words(parameters.replaceFirst("\\|.*", ""));
    }

    List<String> optional() {
        return parameters.contains("|") ? words(parameters.replaceFirst(".*\\|", "")) : List.of();
    }

    /** Returns true if nodes have a membrane, so that an edge into their own cycle is one step late. */
    boolean remembers() {
        return role == Role.STATE || role == Role.SPIKES;
    }

    @Override
    public String toString() {
        return type;
    }
}
