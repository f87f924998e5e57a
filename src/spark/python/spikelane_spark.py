"""Spikelane for PySpark: start Spark with --jars spikelane-spark_2.13-0.1.0-SNAPSHOT-all.jar and put this file beside your program.

    model = SpikelaneModel(spark).setModel("model.safetensors").setInputCol("pixels").setIdCol("id")
    model.transform(rows).select("id", "prediction.label").show()

Setters are those of the Java classes dev.spikelane.spark.SpikelaneModel and SpikelaneEstimator.
"""


class _OfJava:
    """Calls methods of a Java object; a setter returns this."""

    def __init__(self, spark, java):
        self._spark = spark
        self._java = java

    def __getattr__(self, name):
        method = getattr(self._java, name)

        def call(*arguments):
            result = method(*arguments)
            return self if name.startswith("set") else result

        return call


class SpikelaneModel(_OfJava):
    """Adds a column of predictions to data frames."""

    def __init__(self, spark, java=None):
        super().__init__(spark, java or spark._jvm.dev.spikelane.spark.SpikelaneModel())

    def transform(self, rows):
        return type(rows)(self._java.transform(rows._jdf), self._spark)


class SpikelaneEstimator(_OfJava):
    """Trains a network on the rows of a data frame."""

    def __init__(self, spark):
        super().__init__(spark, spark._jvm.dev.spikelane.spark.SpikelaneEstimator())

    def fit(self, rows):
        return SpikelaneModel(self._spark, self._java.fit(rows._jdf))
