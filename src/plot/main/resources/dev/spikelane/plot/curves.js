function curvesChart(figure, theme, width) {
    const left = 58;
    const right = 16;
    const suitable = figure.panels.map((panel) => (panel.lines.length === 0 ? 32 : figure.panels.length === 1 ? 240 : 150));
    const around = figure.panels.length * 52 + 40;
    const factor = stretch(figure, suitable.reduce((sum, height) => sum + height), around);
    const option = Object.assign(baseOption(theme), { title: [], grid: [], xAxis: [], yAxis: [], series: [], legend: [] });
    const panelOf = [];
    let top = 0;
    figure.panels.forEach((panel, i) => {
        const last = i === figure.panels.length - 1;
        const height = Math.max(10, suitable[i] * factor);
        option.title.push(caption(theme, panel.caption, left, top, width - left - right));
        const narrow = width < 520 && panel.lines.length > 1;
        const head = narrow ? 44 : 26;
        if (panel.lines.length > 1) {
            const names = legend(theme, panel.lines.map((line) => line.name), left, top + (narrow ? 22 : 4));
            option.legend.push(narrow ? names : Object.assign(names, { left: 'right', right: right }));
        }
        option.grid.push({ left: left, right: right, top: top + head, height: height });
        option.xAxis.push(curveAxis(figure, theme, i, last ? figure.xLabel : ''));
        option.yAxis.push(valueAxis(theme, panel, Object.assign(
            { gridIndex: i, show: panel.lines.length > 0 }, gridLines(theme), upName(panel.label, 42))));
        for (const series of curveSeries(figure, theme, i)) {
            panelOf.push(panel);
            option.series.push(series);
        }
        top += head + height + (last ? 46 : 28);
    });
    option.tooltip.trigger = 'axis';
    option.tooltip.axisPointer = { lineStyle: { color: theme.muted, type: 'solid', width: 1 } };
    option.tooltip.formatter = (items) => {
        const lines = items.filter((item) => panelOf[item.seriesIndex].lines.length > 0);
        return lines.length === 0 ? '' : echarts.format.encodeHTML(figure.xLabel) + ' ' + short(lines[0].value[0]) + lines
            .map((item) => '<br>' + item.marker + echarts.format.encodeHTML(item.seriesName) + ' ' + short(Number(item.value[1])))
            .join('');
    };
    option.dataZoom = zoom(theme, top, left, right);
    option.dataZoom.forEach((one) => { one.filterMode = 'none'; });
    return { height: top + 22, option: option };
}

function curveAxis(figure, theme, i, name) {
    const style = axis(theme, {
        type: 'value',
        gridIndex: i,
        min: figure.least,
        max: figure.most,
        name: name,
        minInterval: figure.whole ? 1 : undefined,
        nameLocation: 'middle',
        nameGap: 24,
    });
    Object.assign(style.axisLabel, { showMinLabel: true, showMaxLabel: true, formatter: (value) => (figure.whole && !Number.isInteger(value) ? '' : short(value)) });
    return style;
}

/** The lines of a panel or its spikes; the first one carries the dashed lines. */
function curveSeries(figure, theme, i) {
    const panel = figure.panels[i];
    const first = figure.panels.slice(0, i).reduce((sum, before) => sum + Math.max(1, before.lines.length), 0);
    const dashed = figure.verticals.map((x) => ({ xAxis: x }));
    if (panel.threshold !== undefined) {
        dashed.push({ yAxis: panel.threshold });
    }
    const where = { xAxisIndex: i, yAxisIndex: i, markLine: markLines(theme, dashed) };
    if (panel.lines.length === 0) {
        return [uprights(panel.spikes.map((step) => [step, panel.least, panel.most]), figure.colors[first] || theme.ink, where)];
    }
    return panel.lines.map((line, number) => {
        const color = figure.colors[first + number] || theme.series[number % theme.series.length];
        return Object.assign({
            type: 'line',
            zlevel: 0,
            name: line.name,
            data: line.x.map((x, point) => [x, line.y[point]]),
            showSymbol: line.x.length <= 30,
            symbolSize: 5,
            sampling: line.x.length > 5000 ? 'lttb' : undefined,
            lineStyle: { color: color, width: 1.8 },
            itemStyle: { color: color },
        }, number === 0 ? where : { xAxisIndex: i, yAxisIndex: i });
    });
}

function ratesChart(figure, theme, width) {
    const left = 58;
    const right = 16;
    const lines = figure.names.length;
    const option = baseOption(theme);
    const top = lines > 1 || figure.names[0] ? 30 : 8;
    const height = 220 * stretch(figure, 220, top + 66);
    option.grid = { left: left, right: right, top: top, height: height };
    option.legend = Object.assign(legend(theme, figure.names, left, 3), { show: top > 8 });
    option.xAxis = stepAxis(theme, figure.steps, { name: figure.xLabel }, figure.timeStep);
    option.yAxis = valueAxis(theme, figure, Object.assign(gridLines(theme), upName(figure.yLabel, 40)));
    option.series = figure.names.map((name, line) => {
        const points = [];
        for (let step = 0; step < figure.steps; step++) {
            points.push([step, figure.values[step * lines + line]]);
        }
        const color = figure.colors[line] || layerColor(theme, figure.layers[line]);
        return {
            type: 'line',
            zlevel: 0,
            name: name,
            data: points,
            showSymbol: figure.steps === 1,
            sampling: figure.steps > 5000 ? 'lttb' : undefined,
            lineStyle: { color: color, width: 1.8 },
            itemStyle: { color: color },
        };
    });
    option.tooltip.trigger = 'axis';
    option.tooltip.axisPointer = { lineStyle: { color: theme.muted, type: 'solid', width: 1 } };
    option.tooltip.formatter = (items) => 'step ' + items[0].dataIndex + items
        .map((item) => '<br>' + item.marker + echarts.format.encodeHTML(item.seriesName) + ' ' + short(item.value[1]))
        .join('');
    option.dataZoom = zoom(theme, top + height + 44, left, right);
    return { height: top + height + 66, option: option };
}
