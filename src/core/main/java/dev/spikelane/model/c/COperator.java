package dev.spikelane.model.c;

import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Flatten;
import dev.spikelane.connection.Recurrent;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.PoolOperator;
import dev.spikelane.description.OperatorDescription;
import dev.spikelane.kernel.norm.NormFactors;
import dev.spikelane.kernel.pool.MapPool;
import dev.spikelane.loop.Op;
import dev.spikelane.memory.Shape;
import dev.spikelane.simd.TorchLayout;
import java.util.Arrays;

/** Writes an operator of a path for one row, with a method for each kind of operator. */
public record COperator(
        CFile file, CProduct product, OperatorDescription operator, Operator bound, CRow row, String to) {

    /** Throws with the reason for the missing form in C. */
    public UnsupportedOperationException none(String why) {
        throw new UnsupportedOperationException(why);
    }

    public void dense(Dense declared) {
        product.dense(declared, row, to);
    }

    public void integers() {
        product.integers(row, to);
    }

    /** Recurrences have their own order of sums. */
    public void recurrent(Recurrent declared) {
        product.recurrent(declared, row, to);
    }

    public void convolution(Convolution declared) {
        product.convolution(declared, row, to);
    }

    public void scale() {
        float[] each = product.value("weight").toArray();
        each = each.length == 1 ? filled(each[0]) : each;
        scaled(TorchLayout.inside(operator.rows(), each), to);
    }

    public void scale(float factor) {
        scaled(filled(factor), to);
    }

    private float[] filled(float value) {
        float[] values = new float[bound.inputs()];
        Arrays.fill(values, value);
        return values;
    }

    private void scaled(float[] weights, String result) {
        float[] by = weights.clone();
        for (int i = 0; row.spikes() && i < by.length; i++) {
            by[i] *= product.carried().value(i);
        }
        file.call(row.spikes() ? CFunction.SCALE_SPIKES : CFunction.SCALE_VALUES);
        String name = file.floats(operator.owner() + "_weight", by);
        String called = row.spikes() ? "spikes_scaled" : "values_scaled";
        file.statement("%s(%d, %s, %s, %s)", called, by.length, row.c(), name, result);
    }

    private String expanded() {
        if (!row.spikes()) {
            return row.c();
        }
        String values = file.room(to.equals("scratch1") ? "scratch0" : "scratch1", bound.inputs());
        scaled(filled(1), values);
        return values;
    }

    public void norm() {
        NormFactors by = bound.channelFactors();
        if (by == null) {
            throw none("it has values for each step");
        }
        int channels = by.weights().columns();
        String factors = file.floats(
                operator.owner() + "_factor", Arrays.copyOf(by.factors().toArray(), channels));
        String terms =
                file.floats(operator.owner() + "_term", Arrays.copyOf(by.terms().toArray(), channels));
        file.call(CFunction.AFFINE);
        file.operations.add(Op.FMA);
        file.statement(
                "values_normalized(%d, %d, %s, %s, %s, %s)", bound.inputs(), channels, row.c(), factors, terms, to);
    }

    public void pool() {
        String values = expanded();
        PoolOperator declared = (PoolOperator) bound;
        MapPool pool = declared.pool();
        String layer = CProduct.layer(
                file, operator.owner() + "_pool", pool.window(), pool.window().channels(), 1, 1);
        file.call(CFunction.PLACE, CFunction.WALK, declared.isMax() ? CFunction.POOL_MAX : CFunction.POOL_SUM);
        if (declared.isMax()) {
            file.statement("pool_max(&%s, %s, %s)", layer, values, to);
            return;
        }
        float[] divisors = pool.divisors();
        String divided = divisors == null ? "0" : file.floats(operator.owner() + "_divisors", divisors);
        file.statement("pool_sum(&%s, %s, %s, %s)", layer, values, divided, to);
    }

    public void flatten(Flatten declared) {
        String values = expanded();
        Shape shape = operator.rows();
        Shape made = declared.outputShape(shape);
        if (made.rank() == 1) {
            CPath.reorder(file, shape, values, to, false);
            return;
        }
        int positions = shape.size() / shape.channels();
        int width = made.size() / made.channels();
        file.step.append(CText.of(
                """
                    for (int i = 0; i < %d; i++) {
                        %s[i %% %d * %d + i / %d] = (%s)[i %% %d * %d + i / %d];
                    }
                """.indent(4),
                made.size(),
                to,
                width,
                made.channels(),
                width,
                values,
                positions,
                shape.channels(),
                positions));
    }
}
