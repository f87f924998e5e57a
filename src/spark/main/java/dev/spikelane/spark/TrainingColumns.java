package dev.spikelane.spark;

import dev.spikelane.spark.round.RowValues;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.PairFlatMapFunction;
import org.apache.spark.sql.Row;
import scala.Tuple2;

/**
 * Reads rows of id, label and sample.
 *
 * @param plan the settings for samples in these columns
 * @param values the format of rows for executors
 * @param labelName name of the label column, for messages
 * @param classes number of classes; 0 if labels are any whole numbers
 * @param skips true to drop invalid rows
 */
record TrainingColumns(InferencePlan plan, RowValues values, String labelName, int classes, boolean skips)
        implements PairFlatMapFunction<Iterator<Row>, Long, byte[]> {

    static final int ID = 0;
    static final int LABEL = 1;
    static final int SAMPLE = 2;

    @Override
    public Iterator<Tuple2<Long, byte[]>> call(Iterator<Row> rows) {
        SampleValues sample = new SampleValues(plan, values.count());
        List<Tuple2<Long, byte[]>> read = new ArrayList<>();
        while (rows.hasNext()) {
            Row row = rows.next();
            String wrong = wrong(row, sample);
            if (wrong.isEmpty()) {
                read.add(new Tuple2<>(row.<Number>getAs(ID).longValue(), row(row, sample)));
            } else if (!skips) {
                throw new InvalidRowException(
                        row.isNullAt(ID) ? "a row has no id" : "row with id " + row.get(ID) + ": " + wrong);
            }
        }
        return read.iterator();
    }

    private byte[] row(Row row, SampleValues sample) {
        int label = row.<Number>getAs(LABEL).intValue();
        return values.isBytes() ? values.row(label, row.<byte[]>getAs(SAMPLE)) : values.row(label, sample.values);
    }

    private String wrong(Row row, SampleValues sample) {
        if (row.isNullAt(ID)) {
            return "has no id";
        }
        String column = "column '" + labelName + "' ";
        if (row.isNullAt(LABEL)) {
            return column + "is null";
        }
        double label = row.<Number>getAs(LABEL).doubleValue();
        int most = classes == 0 ? Integer.MAX_VALUE : classes - 1;
        if (!(label >= 0 && label <= most) || label != Math.rint(label)) {
            return column + "is " + row.get(LABEL) + ", expected "
                    + (classes == 0 ? "a whole number of at least 0" : "a class of [0, " + classes + ")");
        }
        String wrong = sample.read(row);
        return wrong == null ? "" : "column '" + plan.columns().inputName() + "' " + wrong;
    }
}
