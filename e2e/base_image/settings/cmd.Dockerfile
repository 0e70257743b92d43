ARG BASE
FROM $BASE
CMD ["own", "cmd"]
