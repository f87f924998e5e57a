package dev.spikelane.spark;

import java.util.Iterator;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/**
 * Classifies the rows of a partition, for {@code mapPartitions} of data sets and RDDs. Each row returns with one more
 * value, the output column of {@link SpikelaneModel}. {@link SpikelaneModel#function} makes it.
 *
 * <pre>{@code
 * var classify = model.function(spark, rows.schema());
 * rows.mapPartitions(classify, Encoders.row(classify.schema()));
 * }</pre>
 */
public final class InferenceFunction implements MapPartitionsFunction<Row, Row>, FlatMapFunction<Iterator<Row>, Row> {

    private static final long serialVersionUID = 1;

    private final Broadcast<byte[]> model;
    private final InferencePlan plan;
    private final StructType schema;

    InferenceFunction(Broadcast<byte[]> model, InferencePlan plan, StructType schema) {
        this.model = model;
        this.plan = plan;
        this.schema = schema;
    }

    /**
     * Returns the schema of the rows that come out.
     *
     * @return that of the rows that go in, and the output column
     */
    public StructType schema() {
        return schema;
    }

    /**
     * {@inheritDoc}
     *
     * @throws InvalidRowException from the iterator, if a row is no sample of the network and such rows are errors
     * @throws IllegalStateException if this JVM is older than 25.0.3, or the model's bytes are not those of the driver
     */
    @Override
    public Iterator<Row> call(Iterator<Row> rows) {
        RequiredJava.check("executor");
        return new PartitionRun(HeldModel.of(plan.hash(), plan.weights(), model::value), plan, rows);
    }
}
