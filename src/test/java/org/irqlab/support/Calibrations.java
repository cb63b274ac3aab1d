package org.irqlab.support;

import org.irqlab.lab.replay.Calibration;
import org.irqlab.lab.replay.CalibrationFile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Calibration files for tests. */
public final class Calibrations {
    private Calibrations() {}

    public static Path write(Path directory, Calibration calibration) throws IOException {
        return Files.writeString(directory.resolve("c.json"), CalibrationFile.text(calibration));
    }

    /** Returns the text of a file with one path. */
    public static String text(String path, String quantiles) {
        return """
        {"schema": "irqlab/calibration/1", "trace": "other", "unit": "ns", "paths": {
          "%s": {"samples": 9, "quantiles": %s}}}
        """
                .formatted(path, quantiles);
    }

    /** Reads a file with one path. */
    public static Calibration read(Path directory, String path, String quantiles)
            throws IOException {
        return CalibrationFile.read(
                Files.writeString(directory.resolve("c.json"), text(path, quantiles)));
    }
}
