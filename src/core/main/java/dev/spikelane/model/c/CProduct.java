package dev.spikelane.model.c;

import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Recurrent;
import dev.spikelane.connection.operator.window.ConvolutionLayout;
import dev.spikelane.description.OperatorDescription;
import dev.spikelane.loop.Op;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.IntegerMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Network;
import dev.spikelane.simd.TorchLayout;
import dev.spikelane.simd.Window;
import java.util.Locale;

/**
 * Writes a product of a row and weights. Weights have the order {@code [group][input of a window][output of a group]},
 * so that the weights of an active input are adjacent, and include the spike value.
 */
record CProduct(CFile file, Network network, OperatorDescription operator, Parameter carried) {

    static String layer(CFile file, String wanted, Window window, int groups, int channels, int outputs) {
        file.call(CFunction.LAYER);
        String name = file.name(wanted);
        file.constants.append(CText.of(
                "static const struct layer %s = {%d, %d, %d, %s, %s};\n\n",
                name, groups, channels, outputs, axis(window.y()), axis(window.x())));
        return name;
    }

    private static String axis(Window.Axis axis) {
        return CText.of(
                "{%d, %d, %d, %d, %d, %d, %d}",
                axis.inputs(),
                axis.kernel(),
                axis.stride(),
                axis.padding(),
                axis.dilation(),
                axis.outputs(),
                axis.spread());
    }

    private String layer(int inputs, int outputs) {
        return layer(file, operator.owner(), new Window(inputs, Window.Axis.ONE, Window.Axis.ONE), 1, inputs, outputs);
    }

    FloatMatrix value(String name) {
        return network.weights().get(operator.owner() + "." + name);
    }

    void dense(Dense declared, CRow row, String to) {
        FloatMatrix weights = TorchLayout.weightsInside(operator.rows(), Shape.of(declared.outputs()), value("weight"));
        FloatMatrix bias = declared.biased() ? value("bias") : declared.bias();
        floats(row, to, layer(weights.columns(), declared.outputs()), bias.toArray(), weights);
    }

    void recurrent(Recurrent declared, CRow row, String to) {
        Shape made = declared.outputShape(operator.rows());
        FloatMatrix weights = TorchLayout.weightsInside(operator.rows(), made, value("weight"));
        FloatMatrix given = declared.biased() ? value("bias") : declared.bias();
        float[] bias = TorchLayout.inside(made, given.toArray());
        String layer = layer(weights.columns(), weights.rows());
        if (!row.spikes()) {
            floats(row, to, layer, bias, weights);
            return;
        }
        file.call(CFunction.RECURRENT_SPIKES);
        file.statement(
                "spikes_recurrent(&%s, %s, %s, %s, %s)",
                layer, row.c(), weights(true, weights), file.floats(operator.owner() + "_bias", bias), to);
    }

    private void floats(CRow row, String to, String layer, float[] bias, FloatMatrix... groups) {
        call(ElementType.FLOAT32, row, groups[0].columns(), groups[0].rows());
        file.statement(
                "%s_float(&%s, %s, %s, %s, %s)",
                row.spikes() ? "spikes" : "values",
                layer,
                row.c(),
                weights(row.spikes(), groups),
                file.floats(operator.owner() + "_bias", bias),
                to);
    }

    private void call(ElementType type, CRow row, int inputs, int outputs) {
        file.call(CFunction.WALK);
        if (row.spikes()) {
            file.room(CFile.LIST, Math.max(inputs, 4)); // gcc assumes that at least four are read
            if (type != ElementType.FLOAT32) {
                file.room(CFile.SUMS, outputs);
            }
            file.call(CFunction.PLACE, CFunction.LIST, CFunction.spikes(type));
        } else {
            if (type != ElementType.FLOAT32) {
                file.room(CFile.SCALED, outputs);
            }
            file.call(CFunction.PLACE, CFunction.VALUE, CFunction.PRODUCTS, CFunction.values(type));
            file.operations.add(Op.FMA);
        }
    }

    private String weights(boolean ofSpikes, FloatMatrix... groups) {
        int inputs = groups[0].columns();
        int outputs = groups[0].rows();
        float[] all = new float[groups.length * inputs * outputs];
        for (int i = 0; i < all.length; i++) {
            FloatMatrix group = groups[i / (inputs * outputs)];
            int k = i / outputs % inputs;
            float weight = group.get(i % outputs, k);
            all[i] = ofSpikes ? weight * factor(groups.length, i / (inputs * outputs), k) : weight;
        }
        return file.floats(operator.owner() + "_weight", all);
    }

    /** Returns the spike value of input {@code k} of a group's windows. */
    private float factor(int groups, int group, int k) {
        if (carried.count() == 1) {
            return carried.value(0);
        }
        int channels =
                operator.connection() instanceof Convolution declared ? declared.inputs() / groups : carried.count();
        return carried.value(group * channels + k % channels);
    }

    void integers(CRow row, String to) {
        IntegerMatrix torch = network.weights().integers(operator.owner() + ".weight");
        IntegerMatrix weights = TorchLayout.differs(operator.rows())
                ? torch.gatherColumns(TorchLayout.placesInTorch(operator.rows()))
                : torch;
        integers(
                row, to, layer(weights.columns(), weights.rows()), value("bias").toArray(), weights);
    }

    private void integers(CRow row, String to, String layer, float[] bias, IntegerMatrix... groups) {
        ElementType type = groups[0].type() == ElementType.INT16 ? ElementType.INT16 : ElementType.INT8;
        int inputs = groups[0].columns();
        int outputs = groups[0].rows();
        call(type, row, inputs, outputs);
        float[] scales = new float[groups.length * outputs];
        for (int i = 0; i < scales.length; i++) {
            float scale = groups[i / outputs].scale(i % outputs);
            scales[i] = row.spikes() ? scale * carried.value(0) : scale;
        }
        String c = type.name().toLowerCase(Locale.ROOT) + "_t";
        String weights = file.array(
                c,
                type.bytes(),
                operator.owner() + "_weight",
                groups.length * inputs * outputs,
                i -> String.valueOf(groups[i / (inputs * outputs)].item(i % outputs, i / outputs % inputs)));
        file.statement(
                "%s_%s(&%s, %s, %s, %s, %s, %s)",
                row.spikes() ? "spikes" : "values",
                c,
                layer,
                row.c(),
                weights,
                file.floats(operator.owner() + "_scale", scales),
                file.floats(operator.owner() + "_bias", bias),
                to);
    }

    void convolution(Convolution declared, CRow row, String to) {
        ConvolutionLayout layout = ConvolutionLayout.of(declared, operator.rows());
        Window[] windows = layout.windows();
        String layer =
                layer(file, operator.owner(), windows[0], windows.length, windows[0].channels(), layout.outputs());
        FloatMatrix given = declared.kernel().biased() ? value("bias") : declared.bias();
        float[] bias = given.toArray();
        for (int i = 0; i < bias.length; i++) {
            bias[i] += 0.0f; // turns -0 into 0, as operators do
        }
        if (declared.integers().isPresent()) {
            IntegerMatrix torch = network.weights().integers(operator.owner() + ".weight");
            IntegerMatrix[] groups = new IntegerMatrix[windows.length];
            for (int group = 0; group < groups.length; group++) {
                groups[group] = layout.arranged(torch, group);
            }
            integers(row, to, layer, bias, groups);
        } else {
            FloatMatrix torch = value("weight");
            FloatMatrix[] groups = new FloatMatrix[windows.length];
            for (int group = 0; group < groups.length; group++) {
                groups[group] = layout.arranged(torch, group);
            }
            floats(row, to, layer, bias, groups);
        }
    }
}
