package dev.spikelane.io.hdf5;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** A group of an HDF5 file: groups and datasets by name. */
public record Hdf5Group(Map<String, Hdf5Group> groups, Map<String, Hdf5Item> items) {

    public Hdf5Group {
        groups = Collections.unmodifiableMap(new LinkedHashMap<>(groups));
        items = Collections.unmodifiableMap(new LinkedHashMap<>(items));
    }
}
