ARG BASE
FROM $BASE
ENV PATH=/bin:/sbin
USER nobody
