/* This file is about a program that links both the host's libssl and peercert. */
#include "alternate.h"

int main(void)
{
    return !alternate();
}
