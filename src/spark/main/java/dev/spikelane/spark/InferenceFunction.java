package dev.spikelane.spark;

import java.util.Iterator;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/**
 * Classifies the rows of a partition, for {@code mapPartitions} of data sets and RDDs. It appends the output column of
 * {@link SpikelaneModel}. {@link SpikelaneModel#function} creates it.
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
     * Returns the schema of the output rows.
     *
     * @return the schema of the input rows, followed by the output column
     */
    public StructType schema() {
        return schema;
    }

    /**
     * {@inheritDoc}
     *
     * @throws InvalidRowException from the iterator, if a row is not a sample of the network and {@code handleInvalid}
     *     is {@code error}
     * @throws IllegalStateException if this JVM is older than 25.0.3, or the bytes of the model differ from the
     *     driver's
     */
    @Override
    public Iterator<Row> call(Iterator<Row> rows) {
        RequiredJava.check("executor");
        return new PartitionRun(CachedModel.of(plan.hash(), plan.weights(), model::value), plan, rows);
    }
}
